"""Whether a rotation may go on: asked before each batch, on every connection."""

import time
import uuid

from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Unavailable

from .models import FINISHED, Rotation, RotationState

# A rotation with more failures than this is not about single rows; it stops, so that somebody looks.
MANY_FAILURES = 10_000
_LOOK_AGAIN_S = 0.5


class Stopped(Exception):
    """The rotation was paused, or is over: the job ends, without an error."""


class GivenUp(Stopped):
    """The rotation cannot go on by itself; the message says why."""


def standing(rotation_id: uuid.UUID, *, locked: bool = False) -> Rotation:
    """The rotation as it is now, held by the caller's transaction if asked. Raises Stopped when it must not go on."""
    rotations = Rotation.objects.select_related("new_key")
    if locked:
        rotations = rotations.select_for_update(of=("self",))
    rotation = rotations.filter(pk=rotation_id).first()
    if rotation is None or rotation.state in FINISHED:
        raise Stopped("The rotation is over.")
    if rotation.state == RotationState.PAUSED:
        raise Stopped("Paused; it goes on when somebody resumes it.")
    if rotation.new_key.state != KeyState.ACTIVE:
        raise GivenUp(f"The key {rotation.new_key.name} is not active any more; rotate again.")
    if rotation.failed > MANY_FAILURES:
        raise GivenUp(f"More than {MANY_FAILURES:,} rows could not be moved. Find out why, then retry.")
    purpose = Purpose(rotation.purpose)
    if keyring.active(purpose).id != rotation.new_key_id:
        keyring.forget()  # this process knows the ring as it was before the new key
    if keyring.active(purpose).id != rotation.new_key_id:
        raise Unavailable("The new key is not seen as active yet.")
    return rotation


def wait(seconds: float, rotation_id: uuid.UUID) -> None:
    """Wait in small pieces, so that a pause is heard."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK_AGAIN_S))
        standing(rotation_id)
