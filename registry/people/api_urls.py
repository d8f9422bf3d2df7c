"""REST addresses of people in datasets."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

urlpatterns = [
    path(
        "datasets/<object_name:name>/subject-column/",
        api.SubjectColumnView.as_view(),
        name="api-dataset-subject-column",
    ),
]
