"""REST addresses of provenance."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

urlpatterns = [
    path(
        "models/<object_name:name>/versions/<int:number>/provenance/",
        api.AttestationsView.as_view(),
        name="api-model-provenance",
    ),
]
