"""Portal addresses of drift monitors; included by monitoring.urls under its name."""

from django.urls import path

from . import setting_up, views

urlpatterns = [
    path("drift/monitors/", views.monitor_list, name="monitor-list"),
    path("drift/monitors/new/", setting_up.monitor_new, name="monitor-new"),
    path("drift/monitors/<uuid:pk>/run/", setting_up.monitor_run, name="monitor-run"),
    path("drift/monitors/<uuid:pk>/policy/", setting_up.monitor_policy, name="monitor-policy"),
    path("drift/monitors/<uuid:pk>/", views.monitor_detail, name="monitor-detail"),
    path("drift/monitors/<uuid:pk>/pause/", views.monitor_pause, name="monitor-pause"),
    path("drift/monitors/<uuid:pk>/resume/", views.monitor_resume, name="monitor-resume"),
    path("drift/monitors/<uuid:pk>/accept/", views.monitor_accept, name="monitor-accept"),
]
