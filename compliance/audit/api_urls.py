from django.urls import path

from .api import AuditEventsView

urlpatterns = [path("audit-events/", AuditEventsView.as_view(), name="api-audit-events")]
