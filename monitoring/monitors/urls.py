"""Portal addresses of drift monitors; included by monitoring.urls under its name."""

from django.urls import path

from . import views

urlpatterns = [
    path("drift/monitors/", views.monitor_list, name="monitor-list"),
    path("drift/monitors/<uuid:pk>/", views.monitor_detail, name="monitor-detail"),
]
