"""REST addresses of data quality, mounted under /api/v1/."""

from django.urls import path

from dataquality.api import QualityRunsView, QualityRunView

urlpatterns = [
    path("quality-runs/", QualityRunsView.as_view(), name="api-quality-runs"),
    path("quality-runs/<uuid:run_id>/", QualityRunView.as_view(), name="api-quality-run"),
]
