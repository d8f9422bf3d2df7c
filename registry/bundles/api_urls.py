"""REST addresses of bundles."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

urlpatterns = [
    path("models/<object_name:name>/versions/<int:number>/bundle/", api.BundleView.as_view(), name="api-model-bundle"),
    path("models/<object_name:name>/bundles/", api.BundlesView.as_view(), name="api-model-bundles"),
    path("bundle-keys/", api.BundleKeysView.as_view(), name="api-bundle-keys"),
    path("bundle-verifier/", api.BundleProgramView.as_view(), name="api-bundle-verifier"),
]
