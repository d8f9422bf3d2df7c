"""REST addresses of drift monitors."""

from django.urls import path

from . import api

urlpatterns = [
    path("monitors/", api.MonitorsView.as_view(), name="api-monitors"),
    path("monitors/<uuid:pk>/", api.MonitorView.as_view(), name="api-monitor"),
    path("monitors/<uuid:pk>/runs/", api.MonitorRunsView.as_view(), name="api-monitor-runs"),
    path("monitors/<uuid:pk>/policy/", api.MonitorPolicyView.as_view(), name="api-monitor-policy"),
    path("monitors/<uuid:pk>/accepted/", api.MonitorAcceptedView.as_view(), name="api-monitor-accepted"),
]
