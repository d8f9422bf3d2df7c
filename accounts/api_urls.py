"""REST routes, mounted under /api/v1/."""

from django.urls import path

from . import api, api_key_views
from .workload import api as workload

urlpatterns = [
    path("auth/token/", api.TokenView.as_view(), name="auth-token"),
    path("auth/token/refresh/", api.RefreshView.as_view(), name="auth-token-refresh"),
    path("auth/token/revoke/", api.RevokeView.as_view(), name="auth-token-revoke"),
    path("auth/token-exchange/", workload.TokenExchangeView.as_view(), name="auth-token-exchange"),
    path("api-keys/", api_key_views.ApiKeysView.as_view(), name="api-keys"),
    path("api-keys/<uuid:pk>/", api_key_views.ApiKeyView.as_view(), name="api-key"),
    path("api-keys/<uuid:pk>/rotate/", api_key_views.ApiKeyRotateView.as_view(), name="api-key-rotate"),
]
