"""What is wrong with the keys as they are: too old, known to others, missing, or a rotation that ended in failure."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.lib.posture import Finding

from .models import Rotation, RotationState


def overdue() -> list[Finding]:
    """One for each active key that is older than its own policy allows: at 90 days it still is not, at 91 it is."""
    found = []
    for key in KeyVersion.objects.filter(state=KeyState.ACTIVE).order_by("purpose"):
        if key.age is None or key.age <= timedelta(days=key.max_age_days):
            continue
        found.append(
            Finding(
                str(key.pk),
                f"The key {key.name} is {key.age.days} days old; its policy allows {key.max_age_days}",
                f"Ask to rotate {Purpose(key.purpose).value} on the page of keys and have somebody approve it.",
                "high",
            )
        )
    return found


def missing() -> list[Finding]:
    """One for each purpose that nothing can be written under."""
    present = set(KeyVersion.objects.filter(state=KeyState.ACTIVE).values_list("purpose", flat=True))
    return [
        Finding(
            purpose.value,
            f"No key is active for {purpose.value}, so nothing of it is stored",
            "Rotate the purpose, or resume its suspended key.",
            "critical",
        )
        for purpose in Purpose
        if purpose.value not in present
    ]


def compromised() -> list[Finding]:
    """One for each key that somebody else may know and that is not destroyed."""
    return [
        Finding(
            str(key.pk),
            f"The key {key.name} is marked as compromised and not destroyed",
            "Let a rotation move what it protects, then ask to destroy it.",
            "critical",
        )
        for key in KeyVersion.objects.filter(state=KeyState.COMPROMISED).order_by("purpose", "version")
    ]


def failed_rotations() -> list[Finding]:
    """One for each purpose whose last rotation ended in failure."""
    last = Rotation.objects.order_by("purpose", "-id").distinct("purpose").select_related("new_key")
    return [
        Finding(
            str(rotation.pk),
            f"The rotation to {rotation.new_key.name} failed: {rotation.message}"[:200],
            f"Look at the rows that failed and retry: {reverse('admin:keys_rotation_change', args=[rotation.pk])}",
            "high",
        )
        for rotation in last
        if rotation.state == RotationState.FAILED
    ]


def findings() -> list[Finding]:
    """Everything that is wrong with the keys."""
    return [*missing(), *compromised(), *overdue(), *failed_rotations()]


def days_left(key: KeyVersion) -> int | None:
    """Whole days until an active key is too old; negative when it is."""
    return None if key.due_at is None else (key.due_at - timezone.now()).days
