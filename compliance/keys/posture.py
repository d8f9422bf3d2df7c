"""Controls over the key ring."""

from collections.abc import Callable

from django.urls import reverse

from modelops.crypto.models import KeyState, KeyVersion
from modelops.lib.posture import Finding, Outcome, control

from . import findings
from .models import Rotation


def _outcome(look: Callable[[], list[Finding]], total: int) -> Outcome:
    found = look()
    return Outcome(found, max(0, total - len(found)), total, url=reverse("admin:crypto_keyversion_changelist"))


@control(
    "keys.age",
    area="Keys",
    label="No key is older than its policy allows",
    fix="Rotate the key; everything still opens while it is done.",
)
def age() -> Outcome:
    """Looked up in the keys: an alert for each one that is too old, which ends when it is rotated."""
    return _outcome(findings.overdue, KeyVersion.objects.filter(state=KeyState.ACTIVE).count())


@control(
    "keys.present",
    area="Keys",
    label="Every purpose has an active key",
    fix="Make and activate a key for the purpose: manage.py keys, or the admin.",
)
def present() -> Outcome:
    """Without one nothing is stored."""
    return _outcome(findings.missing, KeyVersion.objects.values("purpose").distinct().count())


@control(
    "keys.compromised",
    area="Keys",
    label="No compromised key is left",
    fix="Let the new key take over everything, then destroy the compromised one.",
)
def compromised() -> Outcome:
    """A compromised key must be rotated away and destroyed."""
    total = KeyVersion.objects.exclude(state=KeyState.DESTROYED).count()
    return _outcome(findings.compromised, total)


@control(
    "keys.rotations",
    area="Keys",
    label="The last rotation of each purpose succeeded",
    fix="See on the page of the rotation why it failed, and resume it.",
)
def rotations() -> Outcome:
    """Rows that could not be moved stay under a key that therefore cannot be destroyed."""
    return _outcome(findings.failed_rotations, Rotation.objects.values("purpose").distinct().count())
