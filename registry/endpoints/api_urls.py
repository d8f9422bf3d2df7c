"""REST addresses of deployment endpoints."""

from django.urls import path

from . import api

urlpatterns = [
    path("deployment-endpoints/", api.EndpointsView.as_view(), name="api-deployment-endpoints"),
    path("deployment-endpoints/<uuid:pk>/", api.EndpointView.as_view(), name="api-deployment-endpoint"),
    path("deployment-endpoints/<uuid:pk>/probe/", api.ProbeView.as_view(), name="api-deployment-endpoint-probe"),
]
