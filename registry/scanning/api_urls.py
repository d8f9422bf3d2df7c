"""REST addresses of scans."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

_VERSION = "models/<object_name:name>/versions/<int:number>/"

urlpatterns = [
    path(f"{_VERSION}scan/", api.ScanView.as_view(), name="api-model-scan"),
    path(f"{_VERSION}quarantined-file/", api.QuarantinedFileView.as_view(), name="api-model-quarantined-file"),
]
