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


@control("keys.age", area="Keys", label="No key is older than its policy allows")
def age() -> Outcome:
    """Looked up in the keys: an alert for each one that is too old, which ends when it is rotated."""
    return _outcome(findings.overdue, KeyVersion.objects.filter(state=KeyState.ACTIVE).count())


@control("keys.present", area="Keys", label="Every purpose has an active key")
def present() -> Outcome:
    """Without one nothing is stored."""
    return _outcome(findings.missing, KeyVersion.objects.values("purpose").distinct().count())


@control("keys.compromised", area="Keys", label="No compromised key is left")
def compromised() -> Outcome:
    """A compromised key must be rotated away and destroyed."""
    total = KeyVersion.objects.exclude(state=KeyState.DESTROYED).count()
    return _outcome(findings.compromised, total)


@control("keys.rotations", area="Keys", label="The last rotation of each purpose succeeded")
def rotations() -> Outcome:
    """Rows that could not be moved stay under a key that therefore cannot be destroyed."""
    return _outcome(findings.failed_rotations, Rotation.objects.values("purpose").distinct().count())
