"""What the keys of a pipeline's service account are like."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture_of import Standing, check_of

from .models import ApiKey

LONGEST = dt.timedelta(days=90)


def _keys(refs: Sequence[UUID], good: Q, says: str, fix: str) -> Mapping[UUID, Standing]:
    live = ApiKey.objects.filter(owner__in=refs, revoked_at=None, expires_at__gt=timezone.now()).order_by()
    counts = live.values("owner_id").annotate(all=Count("pk"), held=Count("pk", filter=good))
    page = reverse("admin:accounts_apikey_changelist")
    return {
        row["owner_id"]: Standing(row["held"] == row["all"], f"{row['held']} of {row['all']} keys {says}", fix, page)
        for row in counts
    }


@check_of(
    "pipelines",
    "keys_end",
    label="Its keys end within 90 days",
    severity="high",
    fix="Rotate the keys; new ones end within 90 days.",
)
def keys_end(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """Of keys that work now."""
    good = Q(expires_at__lte=timezone.now() + LONGEST)
    return _keys(refs, good, "end within 90 days.", "Rotate the key for a shorter time, or exchange workload tokens.")


@check_of(
    "pipelines",
    "keys_narrow",
    label="Its keys name what they are for",
    severity="high",
    fix="Issue keys that name scopes, and single models where that is enough.",
)
def keys_narrow(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """No key stands for everything that the account may do."""
    good = ~Q(scopes__contains=["all"])
    return _keys(refs, good, "name their permissions.", "Issue a key with the scopes that the pipeline needs.")
