"""Limits of detections that people change: tried over the ledger first, then set as they were tried."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid

from .audit_events import THRESHOLD_SET, THRESHOLD_TRIED
from .back_test import Fired, back_test
from .base import Limit, detectors
from .models import Threshold

LONGEST_DAYS: Final = 90
REASON: Final = 300
_GOOD_FOR: Final = timedelta(hours=24)
_EXAMPLES: Final = 5


def in_force(kind: str) -> dict[str, int]:
    """The limits of a detection by name: what was set last, or the default."""
    rows = Threshold.objects.filter(kind=kind, set_at__isnull=False).order_by("name", "-set_at", "-id")
    given = dict(rows.distinct("name").values_list("name", "value"))
    # A release may narrow the bounds: what was set before stays within them.
    return {
        one.name: min(max(given.get(one.name, one.default), one.least), one.most)
        for one in detectors.get(kind).thresholds
    }


def limit_of(kind: str, name: str) -> Limit:
    """The limit with its bounds. Raises Invalid that names the known ones."""
    known = {(key, one.name): one for key, cls in detectors.items() for one in cls.thresholds}
    if (kind, name) not in known:
        names = ", ".join(".".join(one) for one in known)
        raise Invalid(f"There is no threshold {kind}.{name}; known: {names}.", code="threshold.unknown", field="limit")
    return known[kind, name]


@transaction.atomic
def attempt(kind: str, name: str, value: int, *, days: int, actor: Actor) -> Threshold:
    """Run another limit over the ledger of the last days and keep what came of it; nothing changes by it."""
    limit = limit_of(kind, name)
    if not limit.least <= value <= limit.most:
        raise Invalid(
            f"{limit.label} is from {limit.least:,} to {limit.most:,}; {value:,} is not.",
            code="threshold.out_of_bounds", field="value",
        )  # fmt: skip
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"Days are from 1 to {LONGEST_DAYS}; {days} is not.", code="threshold.bad_days", field="days")
    limits = in_force(kind)
    if limits[name] == value:
        raise Conflict(f"{value:,} is in force already.", code="threshold.same", field="value")
    now, then = back_test(kind, limits, limits | {name: value}, days=days)
    row = Threshold.objects.create(
        kind=kind, name=name, before=limits[name], value=value, days=days,
        fires_now=len(now), fires_then=len(then),
        examples=[*_examples("in force", now), *_examples("tried", then)], tried_ref=actor.ref,
    )  # fmt: skip
    record(
        THRESHOLD_TRIED, row, actor=actor, kind=kind, name=name, before=row.before, value=value, days=days,
        fires_now=row.fires_now, fires_then=row.fires_then,
    )  # fmt: skip
    return row


@transaction.atomic
def put_in_force(row: Threshold, reason: str, *, actor: Actor) -> Threshold:
    """Set what was tried, as it was tried. Raises Conflict when the back-test says nothing of today any more."""
    # All rows of the limit: of two people who set it at once, the second one compares with what the first has set.
    rows = {one.pk: one for one in Threshold.objects.select_for_update().filter(kind=row.kind, name=row.name)}
    row = rows[row.pk]
    reason = reason.strip()
    if not reason:
        raise Invalid("Say why.", code="threshold.no_reason", field="reason")
    if len(reason) > REASON:
        raise Invalid(f"A reason has at most {REASON} characters.", code="threshold.long_reason", field="reason")
    if row.set_at is not None:
        raise Conflict("It was set already.", code="threshold.set")
    if timezone.now() - row.tried_at > _GOOD_FOR:
        raise Conflict("The back-test is older than 24 hours; try the value again.", code="threshold.old")
    present = in_force(row.kind)[row.name]
    if present != row.before:
        raise Conflict(
            f"It was compared with {row.before:,}, and {present:,} is in force now; try the value again.",
            code="threshold.changed",
        )
    limit = limit_of(row.kind, row.name)
    if not limit.least <= row.value <= limit.most:
        raise Conflict(f"{limit.label} is from {limit.least:,} to {limit.most:,}.", code="threshold.out_of_bounds")
    row.set_at, row.set_ref, row.reason = timezone.now(), actor.ref, reason
    row.save(update_fields=["set_at", "set_ref", "reason"])
    # The reason is free text and stands in the row, from which a name can be taken out again.
    record(THRESHOLD_SET, row, actor=actor, kind=row.kind, name=row.name, before=row.before, value=row.value)
    return row


def _examples(under: str, fired: list[Fired]) -> list[dict[str, str | int]]:
    return [
        {"under": under, "who": one.who, "at": f"{one.at:%Y-%m-%d %H:%M}", "count": one.count, "limit": one.expected}
        for one in fired[-_EXAMPLES:]
    ]
