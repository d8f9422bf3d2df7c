"""Portal pages of monitoring, mounted at the root."""

from django.urls import include, path

app_name = "monitoring"

urlpatterns = [
    path("", include("monitoring.monitors.urls")),
    path("", include("monitoring.drift.urls")),
    path("", include("monitoring.alerts.urls")),
    path("", include("monitoring.predictions.urls")),
    path("", include("monitoring.series.urls")),
]
