"""What the sealer says about itself, for health, doctor and posture to read."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from .models import SealerState


@transaction.atomic
def beat(standing: str, code: str, says: str, anchors: Sequence[str]) -> None:
    """Say that the sealer is alive, and how it stands."""
    now = timezone.now()
    values = {"beat_at": now, "standing": standing, "code": code, "says": says, "anchors": ",".join(anchors)}
    before = SealerState.objects.filter(pk=1).values_list("standing", "code").first()
    if before == (standing, code):
        SealerState.objects.filter(pk=1).update(**values)
    else:
        SealerState.objects.update_or_create(pk=1, defaults={**values, "since": now})
