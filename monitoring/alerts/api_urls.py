"""REST addresses of alerts and channels."""

from django.urls import path

from . import api

urlpatterns = [
    path("alerts/", api.AlertList.as_view(), name="api-alert-list"),
    path("alerts/<uuid:pk>/", api.AlertDetail.as_view(), name="api-alert-detail"),
    path("alerts/<uuid:pk>/acknowledge/", api.AlertAcknowledge.as_view(), name="api-alert-acknowledge"),
    path("alerts/<uuid:pk>/resolve/", api.AlertResolve.as_view(), name="api-alert-resolve"),
    path("alert-channels/", api.ChannelList.as_view(), name="api-channel-list"),
    path("alert-channels/<uuid:pk>/", api.ChannelDetail.as_view(), name="api-channel-detail"),
    path("alert-channels/<uuid:pk>/test/", api.ChannelTest.as_view(), name="api-channel-test"),
    path("alert-channels/<uuid:pk>/enable/", api.ChannelSwitch.as_view(enabled=True), name="api-channel-enable"),
    path("alert-channels/<uuid:pk>/disable/", api.ChannelSwitch.as_view(enabled=False), name="api-channel-disable"),
]
