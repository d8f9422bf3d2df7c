"""REST routes, mounted under /api/v1/."""

from django.urls import path

from . import api

urlpatterns = [
    path("auth/token/", api.TokenView.as_view(), name="auth-token"),
    path("auth/token/refresh/", api.RefreshView.as_view(), name="auth-token-refresh"),
    path("auth/token/revoke/", api.RevokeView.as_view(), name="auth-token-revoke"),
]
