"""REST addresses of drift monitors."""

from django.urls import path

from . import api, sketch_api

urlpatterns = [
    path("monitors/", api.MonitorsView.as_view(), name="api-monitors"),
    path("monitors/<uuid:pk>/", api.MonitorView.as_view(), name="api-monitor"),
    path("monitors/<uuid:pk>/runs/", api.MonitorRunsView.as_view(), name="api-monitor-runs"),
    path("monitors/<uuid:pk>/pause/", api.MonitorPauseView.as_view(), name="api-monitor-pause"),
    path("monitors/<uuid:pk>/resume/", api.MonitorResumeView.as_view(), name="api-monitor-resume"),
    path("monitors/<uuid:pk>/policy/", api.MonitorPolicyView.as_view(), name="api-monitor-policy"),
    path("monitors/<uuid:pk>/accepted/", api.MonitorAcceptedView.as_view(), name="api-monitor-accepted"),
    path("monitors/<uuid:pk>/sketch/", sketch_api.SketchBinsView.as_view(), name="api-monitor-sketch"),
    path("sketch-client/", sketch_api.SketchClientView.as_view(), name="api-sketch-client"),
]
