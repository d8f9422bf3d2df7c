"""REST addresses of monitoring, mounted under /api/v1/."""

from django.urls import include, path

urlpatterns = [
    path("", include("monitoring.drift.api_urls")),
    path("", include("monitoring.monitors.api_urls")),
    path("", include("monitoring.alerts.api_urls")),
    path("", include("monitoring.predictions.api_urls")),
    path("", include("monitoring.series.api_urls")),
]
