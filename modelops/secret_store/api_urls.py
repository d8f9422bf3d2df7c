"""REST addresses of secrets."""

from django.urls import path

from . import api

urlpatterns = [
    path("secrets/", api.SecretsView.as_view(), name="api-secrets"),
    path("secrets/<str:name>/", api.SecretView.as_view(), name="api-secret"),
    path("secrets/<str:name>/replace/", api.SecretReplaceView.as_view(), name="api-secret-replace"),
]
