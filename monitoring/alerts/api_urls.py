"""REST addresses of alerts and channels."""

from django.urls import path

from . import api
from .on_call import api as on_call
from .policy import api as policy
from .rules import api as rules

urlpatterns = [
    path("alerts/", api.AlertList.as_view(), name="api-alert-list"),
    path("alerts/batch/", api.AlertBatch.as_view(), name="api-alert-batch"),
    path("alerts/<uuid:pk>/", api.AlertDetail.as_view(), name="api-alert-detail"),
    path("alerts/<uuid:pk>/acknowledge/", api.AlertAcknowledge.as_view(), name="api-alert-acknowledge"),
    path("alerts/<uuid:pk>/resolve/", api.AlertResolve.as_view(), name="api-alert-resolve"),
    path("alerts/<uuid:pk>/snooze/", api.AlertSnooze.as_view(), name="api-alert-snooze"),
    path("alerts/<uuid:pk>/take/", api.AlertTake.as_view(), name="api-alert-take"),
    path("alerts/<uuid:pk>/comments/", api.AlertComments.as_view(), name="api-alert-comments"),
    path("alerts/deliveries/<uuid:pk>/redeliver/", api.DeliveryRepeat.as_view(), name="api-delivery-redeliver"),
    path("alert-rules/", rules.RuleList.as_view(), name="api-rule-list"),
    path("alert-rules/try/", rules.RuleTrial.as_view(), name="api-rule-try"),
    path("alert-rules/<uuid:pk>/", rules.RuleDetail.as_view(), name="api-rule-detail"),
    path("alert-rules/<uuid:pk>/enable/", rules.RuleSwitch.as_view(enabled=True), name="api-rule-enable"),
    path("alert-rules/<uuid:pk>/disable/", rules.RuleSwitch.as_view(enabled=False), name="api-rule-disable"),
    path("alert-silences/", policy.SilenceList.as_view(), name="api-silence-list"),
    path("alert-silences/<uuid:pk>/end/", policy.SilenceEnd.as_view(), name="api-silence-end"),
    path("alert-escalations/", policy.ChainList.as_view(), name="api-chain-list"),
    path("alert-escalations/<uuid:pk>/disable/", policy.ChainDisable.as_view(), name="api-chain-disable"),
    path("alert-rotas/", on_call.RotaList.as_view(), name="api-rota-list"),
    path("alert-rotas/<uuid:pk>/covers/", on_call.RotaCover.as_view(), name="api-rota-cover"),
    path("alert-rotas/<uuid:pk>/disable/", on_call.RotaDisable.as_view(), name="api-rota-disable"),
    path("alert-channels/", api.ChannelList.as_view(), name="api-channel-list"),
    path("alert-channels/<uuid:pk>/", api.ChannelDetail.as_view(), name="api-channel-detail"),
    path("alert-channels/<uuid:pk>/test/", api.ChannelTest.as_view(), name="api-channel-test"),
    path("alert-channels/<uuid:pk>/enable/", api.ChannelSwitch.as_view(enabled=True), name="api-channel-enable"),
    path("alert-channels/<uuid:pk>/disable/", api.ChannelSwitch.as_view(enabled=False), name="api-channel-disable"),
]
