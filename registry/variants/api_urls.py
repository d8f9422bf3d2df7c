"""REST addresses of variants."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

_VARIANTS = "models/<object_name:name>/versions/<int:number>/variants/"
_VARIANT = f"{_VARIANTS}<uuid:pk>/"

urlpatterns = [
    path(_VARIANTS, api.VariantsView.as_view(), name="api-variants"),
    path(f"{_VARIANTS}upload/", api.VariantUploadView.as_view(), name="api-variant-upload"),
    path(_VARIANT, api.VariantView.as_view(), name="api-variant"),
    path(f"{_VARIANT}metrics/", api.VariantMetricsView.as_view(), name="api-variant-metrics"),
    path(f"{_VARIANT}artifact/", api.VariantArtifactView.as_view(), name="api-variant-artifact"),
    path(f"{_VARIANT}verify/", api.VariantVerifyView.as_view(), name="api-variant-verify"),
]
