"""Calls upon retention policies and runs."""

from typing import Any

from .performing import Act
from .world import World

POLICY, RUN = "retention.retentionpolicy", "retention.retentionrun"
_ADMIN, _API = "admin/retention/", "api/v1/"
_LONGER = {"days": 400, "action": "delete", "basis": "Art. 5(2)"}


def _policy(world: World) -> dict[str, Any]:
    from compliance.retention.installed import policy_of

    return {"pk": policy_of("logs").pk, "data_class": "logs"}


def _change(world: World) -> dict[str, Any]:
    """A change that somebody else asked for."""
    from compliance.retention import changing
    from compliance.retention.installed import policy_of

    change = changing.ask(policy_of("logs"), **_LONGER, actor=world.actor("colleague"))
    return {"pk": change.pk, "change_id": change.pk}


def _detection(world: World) -> dict[str, Any]:
    from compliance.detections import services
    from compliance.detections.base import Seen

    services._keep("brute_force", 80, Seen("account", "0", 10, 10, "ten refusals", ("a",)))
    from compliance.detections.models import Detection

    return {"pk": Detection.objects.get().pk}


def _threshold(world: World) -> dict[str, Any]:
    from compliance.detections.thresholds import attempt

    return {"pk": attempt("denial_burst", "account", 60, days=1, actor=world.actor("officer")).pk}


ACTS: dict[str, Act] = {
    "POST admin/detections/threshold/add/": Act(
        "officer", "detections.threshold", {"limit": "denial_burst.account", "value": "70", "days": "1"}
    ),
    "POST admin/detections/threshold/<uuid:pk>/set/": Act(
        "officer", "detections.threshold", {"set-reason": "Nightly jobs"}, before=_threshold
    ),
    "POST admin/detections/detection/<uuid:pk>/close/": Act(
        "officer", "detections.detection", {"close-verdict": "harmless"}, before=_detection
    ),
    f"POST {_ADMIN}retentionpolicy/<uuid:pk>/ask/": Act(
        "officer", POLICY, {f"ask-{name}": value for name, value in _LONGER.items()}, before=_policy
    ),
    f"POST {_ADMIN}retentionpolicy/<uuid:pk>/hold/": Act(
        "officer", POLICY, {"hold-reason": "Proceedings"}, before=_policy
    ),
    f"POST {_ADMIN}policychange/<uuid:pk>/approve/": Act("officer", POLICY, before=_change),
    f"POST {_ADMIN}policychange/<uuid:pk>/withdraw/": Act("officer", POLICY, before=_change),
    f"POST {_ADMIN}retentionrun/add/": Act("officer", RUN, {"confirmation": ""}),
    f"POST {_API}retention-policies/<slug:data_class>/changes/": Act("officer", POLICY, _LONGER, before=_policy),
    f"POST {_API}retention-changes/<uuid:change_id>/approve/": Act("officer", POLICY, before=_change),
    f"POST {_API}retention-changes/<uuid:change_id>/withdraw/": Act("officer", POLICY, before=_change),
    f"POST {_API}retention-runs/": Act("officer", RUN, {"execute": True, "confirmation": "REMOVE"}),
}
