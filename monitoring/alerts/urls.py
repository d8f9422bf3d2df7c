"""Portal addresses of alerts and channels; included by monitoring.urls under its name."""

from django.urls import path

from . import handling_views as handling
from . import views
from .on_call import views as on_call
from .policy import views as policy
from .rules import views as rules
from .wording import views as wording

urlpatterns = [
    path("alerts/", views.alert_list, name="alert-list"),
    path("alerts/channels/", views.channel_list, name="channel-list"),
    path("alerts/channels/new/<slug:kind>/", views.channel_new, name="channel-new"),
    path("alerts/channels/<uuid:pk>/test/", views.channel_test, name="channel-test"),
    path("alerts/channels/<uuid:pk>/enable/", views.channel_switch, {"enabled": True}, name="channel-enable"),
    path("alerts/channels/<uuid:pk>/disable/", views.channel_switch, {"enabled": False}, name="channel-disable"),
    path("alerts/channels/<uuid:pk>/", handling.channel_detail, name="channel-detail"),
    path("alerts/channel-texts/<uuid:pk>/", wording.channel_texts, name="channel-texts"),
    path("alerts/deliveries/<uuid:pk>/redeliver/", handling.delivery_again, name="delivery-again"),
    path("alerts/do/<str:token>/", handling.link, name="alert-link"),
    path("alerts/rules/", rules.rule_list, name="rule-list"),
    path("alerts/rules/new/<slug:kind>/", rules.rule_new, name="rule-new"),
    path("alerts/rules/<uuid:pk>/", rules.rule_detail, name="rule-detail"),
    path("alerts/rules/<uuid:pk>/enable/", rules.rule_switch, {"enabled": True}, name="rule-enable"),
    path("alerts/rules/<uuid:pk>/disable/", rules.rule_switch, {"enabled": False}, name="rule-disable"),
    path("alerts/silences/", policy.silence_list, name="silence-list"),
    path("alerts/silences/<uuid:pk>/end/", policy.silence_end, name="silence-end"),
    path("alerts/escalations/", policy.chain_list, name="chain-list"),
    path("alerts/escalations/<uuid:pk>/disable/", policy.chain_disable, name="chain-disable"),
    path("alerts/on-call/", on_call.rota_list, name="rota-list"),
    path("alerts/on-call/<uuid:pk>/cover/", on_call.rota_cover, name="rota-cover"),
    path("alerts/on-call/<uuid:pk>/disable/", on_call.rota_disable, name="rota-disable"),
    path("alerts/<uuid:pk>/snooze/", handling.alert_snooze, name="alert-snooze"),
    path("alerts/<uuid:pk>/take/", handling.alert_take, name="alert-take"),
    path("alerts/<uuid:pk>/comments/", handling.alert_comment, name="alert-comment"),
    path("alerts/<uuid:pk>/", views.alert_detail, name="alert-detail"),
    path("alerts/<uuid:pk>/acknowledge/", views.alert_acknowledge, name="alert-acknowledge"),
    path("alerts/<uuid:pk>/resolve/", views.alert_resolve, name="alert-resolve"),
]
