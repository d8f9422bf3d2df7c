"""REST addresses of drift."""

from django.urls import path

from monitoring.drift.api import DriftRunsView, DriftRunView

urlpatterns = [
    path("drift-runs/", DriftRunsView.as_view(), name="api-drift-runs"),
    path("drift-runs/<uuid:run_id>/", DriftRunView.as_view(), name="api-drift-run"),
]
