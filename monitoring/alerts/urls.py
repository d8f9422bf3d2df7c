"""Portal addresses of alerts and channels; included by monitoring.urls under its name."""

from django.urls import path

from . import views

urlpatterns = [
    path("alerts/", views.alert_list, name="alert-list"),
    path("alerts/channels/", views.channel_list, name="channel-list"),
    path("alerts/channels/new/<slug:kind>/", views.channel_new, name="channel-new"),
    path("alerts/channels/<uuid:pk>/test/", views.channel_test, name="channel-test"),
    path("alerts/channels/<uuid:pk>/enable/", views.channel_switch, {"enabled": True}, name="channel-enable"),
    path("alerts/channels/<uuid:pk>/disable/", views.channel_switch, {"enabled": False}, name="channel-disable"),
    path("alerts/<uuid:pk>/", views.alert_detail, name="alert-detail"),
    path("alerts/<uuid:pk>/acknowledge/", views.alert_acknowledge, name="alert-acknowledge"),
    path("alerts/<uuid:pk>/resolve/", views.alert_resolve, name="alert-resolve"),
]
