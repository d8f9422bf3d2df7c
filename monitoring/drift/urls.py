"""Portal addresses of drift; included by monitoring.urls under its name."""

from django.urls import path

from monitoring.drift import views
from monitoring.drift.report import drift_report

urlpatterns = [
    path("drift/", views.drift_list, name="drift-list"),
    path("drift/new/", views.drift_new, name="drift-new"),
    path("drift/<uuid:run_id>/", views.drift_detail, name="drift-detail"),
    path("drift/<uuid:run_id>/report/", drift_report, name="drift-report"),
]
