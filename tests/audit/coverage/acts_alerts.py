"""Calls upon reported alerts, rules, silences and escalations."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from .acts_watch import _alert, _channel
from .performing import Act
from .world import World

ALERT, CHANNEL, RULE, SILENCE, CHAIN, ROTA = (
    "monitoring.alert",
    "monitoring.alertchannel",
    "monitoring.alertrule",
    "monitoring.alertsilence",
    "monitoring.escalationchain",
    "monitoring.oncallrota",
)
_A = "api/v1/"
_RULE = {"series": "findings", "operator": "above", "threshold": 3}
_FORM = {"operator": "above", "threshold": "3", "for_points": "1", "for_s": "0", "severity": "medium"}
_MATCHER = {"field": "key", "op": "like", "value": "drift:*"}


def _rule(world: World, *, enabled: bool = True) -> dict[str, Any]:
    from monitoring.alerts.rules.services import RuleSettings, create_rule, switch_rule

    actor = world.actor("scientist")
    rule = create_rule("r", RuleSettings("findings", {}, "above", 3), actor=actor)
    if not enabled:
        switch_rule(rule, False, actor=actor)
    return {"pk": rule.pk}


def _silence(world: World) -> dict[str, Any]:
    from monitoring.alerts.policy.services import create_silence

    end = timezone.now() + timedelta(hours=1)
    return {"pk": create_silence("work", [_MATCHER], ends_at=end, actor=world.actor("scientist")).pk}


def _chain(world: World) -> dict[str, Any]:
    from monitoring.alerts.policy.services import create_chain
    from tests.monitoring.alerts.factories import make_channel

    channel = make_channel("night", url=world.receiver)
    return {"pk": create_chain("c", [(channel, 60)], actor=world.actor("scientist")).pk}


def _rota(world: World) -> dict[str, Any]:
    from accounts.models import User
    from monitoring.alerts.on_call.services import create_rota

    actor = world.actor("scientist")
    user = User.objects.get(pk=actor.ref)
    rota = create_rota("team", [user], starts_on=timezone.now().date(), actor=actor)
    now = timezone.now()
    span = {"starts_at": f"{now:%Y-%m-%dT%H:%M}", "ends_at": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    return {"pk": rota.pk, "user": user, "span": span}


def _covered(world: World, *, by_name: bool) -> dict[str, Any]:
    made = _rota(world)
    user = made["user"].username if by_name else str(made["user"].pk)
    return {"pk": made["pk"], "data": {"user": user, **made["span"]}}


def _rota_data(world: World, **more: str) -> dict[str, Any]:
    from accounts.models import User

    name = User.objects.get(pk=world.actor("scientist").ref).username
    return {"data": {"name": "team", "people": name if more else [name], "starts_on": "2026-11-02", **more}}


def _given_up(world: World) -> dict[str, Any]:
    from monitoring.models import AlertDelivery

    _channel(world)
    _alert(world)
    AlertDelivery.objects.update(state="dead", next_attempt_at=None)
    return {"pk": AlertDelivery.objects.get().pk}


def _linked(world: World) -> dict[str, Any]:
    from monitoring.alerts.links import token
    from monitoring.models import AlertDelivery

    _channel(world)
    _alert(world)
    return {"client": Client(), "token": token(AlertDelivery.objects.get().pk, "acknowledge")}


def _silence_data() -> dict[str, Any]:
    return {"reason": "work", "matchers": [_MATCHER], "ends_at": str(timezone.now() + timedelta(hours=1))}


ACTS: dict[str, Act] = {
    f"POST {_A}alerts/": Act("scientist", ALERT, data={"key": "k", "title": "Trouble", "severity": "high"}),
    f"POST {_A}alerts/batch/": Act("scientist", ALERT, data={"alerts": [{"key": "k", "title": "Trouble"}]}),
    f"POST {_A}alerts/<uuid:pk>/snooze/": Act("scientist", ALERT, before=_alert, data={"minutes": 5}),
    f"POST {_A}alerts/<uuid:pk>/take/": Act("scientist", ALERT, before=_alert),
    f"POST {_A}alerts/<uuid:pk>/comments/": Act("scientist", ALERT, before=_alert, data={"text": "Looking."}),
    f"POST {_A}alerts/deliveries/<uuid:pk>/redeliver/": Act("scientist", ALERT, before=_given_up),
    f"POST {_A}alert-rules/": Act("scientist", RULE, data={"name": "r", "params": {}, **_RULE}),
    f"POST {_A}alert-rules/try/": Act("scientist", RULE, data={"params": {}, **_RULE}),
    f"GET {_A}alert-rules/<uuid:pk>/": Act("scientist", RULE, before=_rule),
    f"POST {_A}alert-rules/<uuid:pk>/enable/": Act("scientist", RULE, before=lambda w: _rule(w, enabled=False)),
    f"POST {_A}alert-rules/<uuid:pk>/disable/": Act("scientist", RULE, before=_rule),
    f"POST {_A}alert-silences/": Act("scientist", SILENCE, before=lambda w: {"data": _silence_data()}),
    f"POST {_A}alert-silences/<uuid:pk>/end/": Act("scientist", SILENCE, before=_silence),
    f"POST {_A}alert-escalations/": Act(
        "scientist",
        CHAIN,
        before=lambda w: {**_channel(w), "data": {"name": "c", "steps": [{"channel": "hook", "after_s": 60}]}},
    ),
    f"POST {_A}alert-escalations/<uuid:pk>/disable/": Act("scientist", CHAIN, before=_chain),
    f"POST {_A}alert-rotas/": Act("scientist", ROTA, before=_rota_data),
    f"POST {_A}alert-rotas/<uuid:pk>/covers/": Act("scientist", ROTA, before=lambda w: _covered(w, by_name=True)),
    f"POST {_A}alert-rotas/<uuid:pk>/disable/": Act("scientist", ROTA, before=lambda w: {"pk": _rota(w)["pk"]}),
    "POST alerts/on-call/": Act(
        "scientist", ROTA, before=lambda w: _rota_data(w, timezone="UTC", hands_over_at="09:00")
    ),
    "POST alerts/on-call/<uuid:pk>/cover/": Act("scientist", ROTA, before=lambda w: _covered(w, by_name=False)),
    "POST alerts/on-call/<uuid:pk>/disable/": Act("scientist", ROTA, before=lambda w: {"pk": _rota(w)["pk"]}),
    "POST alerts/<uuid:pk>/snooze/": Act("scientist", ALERT, before=_alert, data={"minutes": "60"}),
    "POST alerts/<uuid:pk>/take/": Act("scientist", ALERT, before=_alert),
    "POST alerts/<uuid:pk>/comments/": Act("scientist", ALERT, before=_alert, data={"text": "Looking."}),
    "POST alerts/deliveries/<uuid:pk>/redeliver/": Act("scientist", ALERT, before=_given_up),
    "POST alerts/do/<str:token>/": Act("", ALERT, before=_linked),
    "POST alerts/channel-texts/<uuid:pk>/": Act("scientist", CHANNEL, before=_channel, data={"opened_title": "Look"}),
    f"PATCH {_A}alert-channels/<uuid:pk>/": Act(
        "scientist", CHANNEL, before=_channel, data={"texts": {"opened": {"title": "Look"}}}
    ),
    "GET alerts/channels/<uuid:pk>/": Act("scientist", CHANNEL, before=_channel),
    "POST alerts/channels/<uuid:pk>/": Act("scientist", CHANNEL, before=_channel),
    "POST alerts/rules/new/<slug:kind>/": Act(
        "scientist", RULE, before=lambda w: {"kind": "findings", "data": {"name": "r", **_FORM}}
    ),
    "GET alerts/rules/<uuid:pk>/": Act("scientist", RULE, before=_rule),
    "POST alerts/rules/<uuid:pk>/": Act("scientist", RULE, before=_rule),
    "POST alerts/rules/<uuid:pk>/enable/": Act("scientist", RULE, before=lambda w: _rule(w, enabled=False)),
    "POST alerts/rules/<uuid:pk>/disable/": Act("scientist", RULE, before=_rule),
    "POST alerts/silences/": Act(
        "scientist",
        SILENCE,
        data={"field": "key", "op": "like", "value": "drift:*", "hours": "4", "reason": "work", "while_key": ""},
    ),
    "POST alerts/silences/<uuid:pk>/end/": Act("scientist", SILENCE, before=_silence),
    "POST alerts/escalations/": Act(
        "scientist",
        CHAIN,
        before=lambda w: {
            "data": {
                "name": "c",
                "minimum_severity": "high",
                "channel_1": str(_channel(w)["pk"]),
                "minutes_1": "5",
            }
        },
    ),
    "POST alerts/escalations/<uuid:pk>/disable/": Act("scientist", CHAIN, before=_chain),
}
