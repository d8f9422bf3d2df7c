"""REST addresses of schemas."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

_SCHEMA = "datasets/<object_name:name>/schema/"

urlpatterns = [
    path(_SCHEMA, api.DatasetSchemaView.as_view(), name="api-dataset-schema"),
    path(f"{_SCHEMA}changes/", api.DatasetSchemaChangesView.as_view(), name="api-dataset-schema-changes"),
]
