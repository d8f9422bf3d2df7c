"""Writes what happens to keys into the ledger; keys lie below it and only announce."""

from modelops.crypto.decisions import Decision, Who
from modelops.crypto.models import KeyVersion

from .actor import Actor
from .audit_events import KEY_TRANSITIONS
from .ledger import record


def record_transition(key: KeyVersion, transition: str, decision: Decision) -> None:
    """One row for each change of a key, with who decided, who approved and why."""
    actor = Actor(decision.actor.kind, decision.actor.ref) if decision.actor else Actor.system("keys")  # type: ignore[arg-type]
    record(
        KEY_TRANSITIONS[transition],
        key,
        actor=actor,
        purpose=key.purpose,
        version=key.version,
        name=key.name,
        second_actor=_reference(decision.second),
        reason=decision.reason.value,
    )


def _reference(who: Who | None) -> str:
    return f"{who.kind}:{who.ref}" if who else ""
