"""REST addresses of data sources and imports."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

urlpatterns = [
    path("data-sources/", api.DataSourcesView.as_view(), name="api-data-sources"),
    path("data-sources/<object_name:name>/objects/", api.SourceObjectsView.as_view(), name="api-data-source-objects"),
    path("datasets/<object_name:name>/imports/", api.DataImportsView.as_view(), name="api-dataset-imports"),
]
