"""REST addresses of metric series."""

from django.urls import path

from . import api

urlpatterns = [
    path("metrics/", api.MetricsView.as_view(), name="api-metrics"),
    path("metrics/<int:number>/", api.MetricView.as_view(), name="api-metric"),
]
