"""Portal addresses of performance; included by monitoring.urls under its name."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import views

urlpatterns = [
    path("models/<object_name:name>/performance/", views.model_performance, name="model-performance"),
]
