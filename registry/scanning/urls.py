"""Portal pages of scans, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import views

app_name = "scanning"

urlpatterns = [
    path("models/<object_name:name>/versions/<int:number>/scan/", views.scan_again, name="again"),
]
