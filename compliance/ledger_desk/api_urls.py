from django.urls import path

from .api import ExportView, ReportView, SchemaView

urlpatterns = [
    path("audit-events/export/", ExportView.as_view(), name="api-audit-export"),
    path("audit-events/report/", ReportView.as_view(), name="api-audit-report"),
    path("audit-events/schema/", SchemaView.as_view(), name="api-audit-schema"),
]
