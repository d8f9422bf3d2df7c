"""Calls about keys: making, rotating, asking and agreeing."""

from typing import Any

from .performing import Act
from .world import World

KEY, ROTATION = "crypto.keyversion", "keys.rotation"
_A = "api/v1/"
_KEY = f"{_A}keys/<uuid:key_id>/"
_ROTATION = f"{_A}key-rotations/<uuid:rotation_id>/"
_ROOM = "admin/crypto/keyversion/"


def _active() -> Any:
    from modelops.crypto.purposes import Purpose
    from tests.crypto.rotation.rows import active

    return active(Purpose.ARTIFACT)


def _key(world: World) -> dict[str, Any]:
    key = _active()
    return {"key_id": key.pk, "pk": key.pk}


def _pending(world: World) -> Any:
    from modelops.crypto.decisions import Decision
    from modelops.crypto.purposes import Purpose
    from modelops.crypto.services import create_key
    from modelops.crypto.states import Reason

    decision = Decision(world.actor("other"), Reason.SCHEDULE)
    return create_key(Purpose.ARTIFACT, name="next", owner="", max_age_days=90, decision=decision)


def _asked(world: World) -> dict[str, Any]:
    """Somebody else asks to activate a pending key."""
    from compliance.keys import approvals
    from compliance.keys.models import Action
    from modelops.crypto.states import Reason

    asked = approvals.request(_pending(world), Action.ACTIVATE, reason=Reason.SCHEDULE, actor=world.actor("other"))
    return {"approval_id": asked.pk, "pk": asked.pk}


def _doomed(world: World) -> dict[str, Any]:
    """A key whose grace period is running."""
    from compliance.keys import approvals
    from compliance.keys.models import Action
    from modelops.crypto.states import Reason

    key = _pending(world)
    asked = approvals.request(key, Action.DESTROY, reason=Reason.UNUSED, actor=world.actor("other"))
    approvals.approve(asked, actor=world.actor("guard"))
    return {"key_id": key.pk, "pk": key.pk}


def _rotation(act: str = "") -> Any:
    def prepare(world: World) -> dict[str, Any]:
        from compliance.keys import rotations
        from modelops.crypto.decisions import by_shell
        from modelops.crypto.states import Reason

        rotation = rotations.rotate(_active(), decision=by_shell(Reason.DRILL))
        if act == "paused":
            rotations.pause(rotation, actor=world.actor("other"))
        if act == "failed":
            type(rotation).objects.filter(pk=rotation.pk).update(state="failed")
        return {"rotation_id": rotation.pk, "pk": rotation.pk, "act": "pause"}

    return prepare


_BOTH = f"{KEY}|{ROTATION}"
ASK = {"action": "rotate", "reason": "schedule"}
ACTS: dict[str, Act] = {
    f"POST {_A}keys/": Act("custodian", KEY, {"purpose": "artifact", "name": "next", "max_age_days": 90}),
    f"POST {_A}keys/rotate/": Act("custodian", KEY, {"purpose": "artifact", "reason": "schedule"}),
    f"GET {_KEY}": Act("custodian", KEY, before=_key),
    f"POST {_KEY}requests/": Act("custodian", KEY, ASK, before=_key),
    f"POST {_KEY}suspend/": Act("custodian", KEY, {"reason": "incident"}, before=_key),
    f"POST {_KEY}compromise/": Act("custodian", _BOTH, {"reason": "incident"}, before=_key),
    f"POST {_KEY}spare/": Act("custodian", KEY, {"reason": "change"}, before=_doomed),
    f"PUT {_KEY}max-age/": Act("custodian", KEY, {"max_age_days": 30}, before=_key),
    f"POST {_A}key-requests/<uuid:approval_id>/approve/": Act("guard", _BOTH, before=_asked, also="other"),
    f"POST {_A}key-requests/<uuid:approval_id>/withdraw/": Act("guard", KEY, before=_asked),
    f"PATCH {_ROTATION}": Act("custodian", ROTATION, {"rate_limit": 10}, before=_rotation()),
    f"POST {_ROTATION}pause/": Act("custodian", ROTATION, before=_rotation()),
    f"POST {_ROTATION}resume/": Act("custodian", ROTATION, before=_rotation("paused")),
    f"POST {_ROTATION}retry/": Act("custodian", ROTATION, before=_rotation("failed")),
    f"POST {_ROOM}add/": Act(
        "custodian", KEY, {"purpose": "artifact", "name": "next", "owner": "", "max_age_days": 90}
    ),
    f"POST {_ROOM}<uuid:pk>/ask/": Act("custodian", KEY, ASK, before=_key),
    f"POST {_ROOM}<uuid:pk>/age/": Act("custodian", KEY, {"age-max_age_days": 30}, before=_key),
    f"POST {_ROOM}<uuid:pk>/step/<slug:step>/": Act(
        "custodian", KEY, {"stop-reason": "incident"}, before=lambda w: {**_key(w), "step": "suspend"}
    ),
    f"POST {_ROOM}requests/<uuid:pk>/approve/": Act("guard", _BOTH, before=_asked, also="other"),
    f"POST {_ROOM}requests/<uuid:pk>/withdraw/": Act("guard", KEY, before=_asked),
    "POST admin/keys/rotation/<uuid:pk>/act/<slug:act>/": Act("custodian", ROTATION, before=_rotation()),
}
