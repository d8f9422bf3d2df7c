"""Portal addresses of drift monitors; included by monitoring.urls under its name."""

from django.urls import path

from . import views

urlpatterns = [
    path("drift/monitors/", views.monitor_list, name="monitor-list"),
    path("drift/monitors/<uuid:pk>/", views.monitor_detail, name="monitor-detail"),
    path("drift/monitors/<uuid:pk>/pause/", views.monitor_pause, name="monitor-pause"),
    path("drift/monitors/<uuid:pk>/resume/", views.monitor_resume, name="monitor-resume"),
    path("drift/monitors/<uuid:pk>/accept/", views.monitor_accept, name="monitor-accept"),
]
