"""Taking personal data away from beside the ledger. Its rows stay as they are: what they commit to is gone."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from compliance.audit.actor import Actor
from compliance.audit.ledger import record

from . import origins
from .audit_events import ADDRESSES_REMOVED, PERSONAL_ERASED
from .models import Kind, Payload, SubjectKey

if TYPE_CHECKING:
    from django.db.models import QuerySet

# An origin may be used until the end of its day.
_A_DAY: Final = dt.timedelta(days=1)
_BATCH: Final = 5_000


def payloads_about(refs: Iterable[str]) -> "QuerySet[Payload]":
    """Everything that is sealed about these people and not erased yet."""
    return Payload.objects.filter(key__subject_ref__in=list(refs), key__erased_at=None)


@transaction.atomic
def erase(refs: Iterable[str], *, actor: Actor) -> int:
    """Destroy the keys of these people and all that was sealed under them; returns how many entries there were.

    Whatever a copy of the database still holds of the entries cannot be opened by anybody: the key is gone, and with it
    the salt, so that not even a guess can be tried against the ledger. Safe to run twice.
    """
    refs = list(refs)
    keys = list(SubjectKey.objects.select_for_update().filter(subject_ref__in=refs, erased_at=None).order_by("pk"))
    if not keys:
        return 0
    removed = Payload.objects.filter(key__in=keys).delete()[0]
    SubjectKey.objects.filter(pk__in=[key.pk for key in keys]).update(wrapped=None, erased_at=timezone.now())
    record(PERSONAL_ERASED, None, actor=actor, payloads=removed, keys=len(keys))
    transaction.on_commit(origins.forget)
    return removed


def outdated() -> "QuerySet[Payload]":
    """Origins older than the policy keeps addresses, personal values past their day, and what an erasure missed."""
    oldest = timezone.now() - dt.timedelta(days=settings.MODELOPS_ADDRESSES_KEPT_DAYS) - _A_DAY
    return Payload.objects.filter(
        models.Q(kind=Kind.ORIGIN, created_at__lt=oldest)
        | models.Q(keep_until__lt=timezone.now())
        | models.Q(key__erased_at__isnull=False)
    ).order_by()


def remove_outdated(*, actor: Actor) -> int:
    """Remove what is outdated, batch by batch; returns how many entries. Safe to run twice or be killed anywhere."""
    removed = 0
    while batch := _remove_batch(actor):
        removed += batch
    oldest = timezone.now() - dt.timedelta(days=settings.MODELOPS_ADDRESSES_KEPT_DAYS) - _A_DAY
    unused = SubjectKey.objects.filter(subject_ref__startswith="strangers:", created_at__lt=oldest, payloads=None)
    SubjectKey.objects.filter(pk__in=list(unused.values_list("pk", flat=True)[:_BATCH])).delete()
    return removed


@transaction.atomic
def _remove_batch(actor: Actor) -> int:
    chosen: list[Any] = list(outdated().values_list("pk", flat=True)[:_BATCH])
    removed = Payload.objects.filter(pk__in=chosen).delete()[0] if chosen else 0
    if removed:
        days = settings.MODELOPS_ADDRESSES_KEPT_DAYS
        record(ADDRESSES_REMOVED, None, actor=actor, count=removed, days=days)
    return removed
