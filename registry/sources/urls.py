"""Portal pages of imports, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import views

app_name = "sources"

urlpatterns = [path("datasets/<object_name:name>/imports/new/", views.import_new, name="import-new")]
