"""REST addresses of signatures."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

_VERSION = "models/<object_name:name>/versions/<int:number>/"

urlpatterns = [
    path(f"{_VERSION}signatures/", api.SignaturesView.as_view(), name="api-model-signatures"),
    path(f"{_VERSION}signatures/<uuid:pk>/", api.BundleView.as_view(), name="api-model-signature"),
    path("models/<object_name:name>/signing-policy/", api.PolicyView.as_view(), name="api-signing-policy"),
    path("signing-keys/", api.TrustedKeysView.as_view(), name="api-signing-keys"),
    path("signing-keys/<uuid:pk>/revoke/", api.TrustedKeyRevokeView.as_view(), name="api-signing-key-revoke"),
]
