"""A key that somebody else may know: out of use at once, and its successor in use in the same act.

One person decides, because a leak does not wait for a second one. The successor needs no approval of its own: nobody
learns a new key of the ring, and a purpose without an active key would store nothing until somebody approves.
"""

from django.db import transaction

from modelops.crypto import lifecycle
from modelops.crypto.decisions import Decision
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_key

from . import rotations
from .ending import end
from .models import FINISHED, Rotation, RotationState


@transaction.atomic
def compromise(key: KeyVersion, *, decision: Decision) -> KeyVersion:
    """Write nothing more under ``key``; what it protects still opens and is moved to the active key of its purpose.

    Where it was itself the active one, the newest pending key of the purpose takes its place, which may be in a backup
    already, or else a new one. Without the root key none can be made: then the purpose stores nothing until it is back
    and somebody rotates. Raises Conflict when the key cannot be compromised any more.
    """
    purpose = Purpose(key.purpose)
    ring = {row.pk: row for row in KeyVersion.objects.select_for_update().filter(purpose=purpose).order_by("pk")}
    was_active = ring[key.pk].state == KeyState.ACTIVE
    key = lifecycle.mark_compromised(key, decision=decision)
    successor = _successor(purpose, decision) if was_active else None
    if successor is not None:
        _give_up(purpose, key, decision)
        successor = lifecycle.activate(successor, decision=decision)
        rotations.follow(successor, decision=decision, old=key, patient=True)
    return key


def _successor(purpose: Purpose, decision: Decision) -> KeyVersion | None:
    pending = KeyVersion.objects.filter(purpose=purpose, state=KeyState.PENDING).order_by("-version").first()
    if pending is not None:
        return pending
    try:
        return create_key(purpose, decision=decision)
    except KeysUnavailable:
        return None


def _give_up(purpose: Purpose, key: KeyVersion, decision: Decision) -> None:
    """End the rotation to the compromised key: the one after it moves what is left."""
    under_way = Rotation.objects.select_for_update(of=("self",)).filter(purpose=purpose).exclude(state__in=FINISHED)
    for rotation in under_way.select_related("old_key", "new_key"):
        message = f"The key {key.name} is compromised; the rotation after this one moves what is left."
        end(rotation, RotationState.FAILED, message, actor=rotations.actor_of(decision))
