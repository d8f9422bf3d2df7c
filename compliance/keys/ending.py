"""The end of a rotation: its state and its row in the ledger, whoever brings it about."""

from django.utils import timezone

from compliance.audit import Actor, record

from .audit_events import ROTATION_FINISHED
from .models import Rotation, RotationState


def end(rotation: Rotation, state: RotationState, message: str, *, actor: Actor) -> None:
    """Write the end of ``rotation``, whose row the caller's transaction holds."""
    rotation.state, rotation.message, rotation.finished_at = state, message, timezone.now()
    rotation.save(update_fields=["state", "message", "finished_at"])
    record(
        ROTATION_FINISHED,
        rotation,
        actor=actor,
        outcome="success" if state == RotationState.SUCCEEDED else "failure",
        purpose=rotation.purpose,
        old_version=rotation.old_key.version if rotation.old_key else 0,
        new_version=rotation.new_key.version,
        done=rotation.done,
        failed=rotation.failed,
    )
