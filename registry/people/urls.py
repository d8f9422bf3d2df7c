"""Portal pages of people in datasets, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import views

app_name = "people"

urlpatterns = [path("datasets/<object_name:name>/subject-column/", views.subject_column, name="subject-column")]
