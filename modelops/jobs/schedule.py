"""What happens by the clock. Each task is safe to run twice and to be missed once: it looks for what is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid

from .audit_events import SCHEDULE_CHANGED, SCHEDULE_DECLARED

Task = Any
LONGEST_S = 366 * 86_400
_CLOCKS_DIFFER_BY = timedelta(seconds=60)  # at most, between machines that keep time


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A task and its default period in seconds; an administrator may change the period."""

    label: str
    task: str
    every_s: int
    is_vital: bool


_declared: dict[str, Scheduled] = {}


def scheduled(label: str, *, every_s: int, vital: bool = False) -> Callable[[Task], Task]:
    """Decorator over ``@shared_task``: run the task every ``every_s`` seconds.

    A vital task goes on while the scheduler is away: any worker sends it off once it is late.
    """

    def add(task: Task) -> Task:
        _declared[task.name] = Scheduled(label, task.name, every_s, vital)
        return task

    return add


def declared() -> list[Scheduled]:
    """Everything that the apps declare, by name of the task."""
    return [_declared[name] for name in sorted(_declared)]


def names() -> frozenset[str]:
    """Names of the tasks that are declared."""
    return frozenset(_declared)


def period_of(task: str) -> int:
    """Seconds between two runs of a task, as it is declared."""
    return _declared[task].every_s


def _entries() -> Any:
    return apps.get_model("jobs", "ScheduleEntry").objects


@transaction.atomic
def sync() -> None:
    """Make the rows those that are declared: new ones get their default period, changed periods stay as they are."""
    rows = {row.task: row for row in _entries().select_for_update()}
    added = []
    for entry in declared():
        row = rows.pop(entry.task, None)
        if row is None:
            added.append(entry.task)
            # Two schedulers may start at once.
            _entries().bulk_create(
                [_entries().model(task=entry.task, label=entry.label, every_s=entry.every_s, is_vital=entry.is_vital)],
                ignore_conflicts=True,
            )
        elif (row.label, row.is_vital) != (entry.label, entry.is_vital):
            row.label, row.is_vital = entry.label, entry.is_vital
            row.save(update_fields=["label", "is_vital"])
    _entries().filter(task__in=rows).delete()
    if added or rows:
        record(
            SCHEDULE_DECLARED,
            ("jobs.scheduleentry", "all"),
            actor=Actor.system("scheduler"),
            added=added,
            removed=sorted(rows),
        )


def claim_due(*, as_watch: bool = False) -> list[str]:
    """Names of the tasks that are to be sent off now. A due run is given to one caller, however many ask at once.

    ``as_watch`` gives nothing while the scheduler does its work, and only vital tasks once it is late.
    """
    now = timezone.now()
    _bring_back(now)
    due = list(_entries().filter(is_enabled=True, next_due_at__lte=now))
    if as_watch:
        due = [entry for entry in due if entry.is_vital]
        if not any(entry.next_due_at + entry.grace < now for entry in due):
            return []
    claimed = []
    for entry in due:
        period = timedelta(seconds=entry.every_s)
        # The beat is kept; missed runs are made up for by one, not by all.
        following = entry.next_due_at + period
        missed: dict[str, Any] = {}
        if following <= now:
            missed = {"missed": F("missed") + (now - entry.next_due_at) // period, "missed_at": now}
            following = now + period
        if (
            _entries()
            .filter(pk=entry.pk, next_due_at=entry.next_due_at)
            .update(next_due_at=following, sent_at=now, sent_by_watch=as_watch, **missed)
        ):
            claimed.append(entry.task)
    return claimed


def _bring_back(now: datetime) -> None:
    """Make due what lies more than a period ahead: a clock that was set back would silence it for as long."""
    period = ExpressionWrapper(F("every_s") * timedelta(seconds=1), output_field=DurationField())
    ahead = ExpressionWrapper(Value(now + _CLOCKS_DIFFER_BY) + period, output_field=DateTimeField())
    _entries().filter(is_enabled=True, next_due_at__gt=ahead).update(next_due_at=now)


def seconds_to_next(at_most: float) -> float:
    """How long nothing is due, between 0 and ``at_most``."""
    first = _entries().filter(is_enabled=True).order_by("next_due_at").values_list("next_due_at", flat=True).first()
    if first is None:
        return at_most
    return min(max((first - timezone.now()).total_seconds(), 0.0), at_most)


def late_entries() -> list[Any]:
    """Entries that the scheduler has not sent off within their grace period, whether or not a worker did."""
    now = timezone.now()
    return [entry for entry in _entries().filter(is_enabled=True) if entry.is_late(now)]


def check(entry: Any, *, every_s: int, is_enabled: bool) -> None:
    """Raise Invalid for a period out of range, and for a vital task that would be switched off."""
    if not 1 <= every_s <= LONGEST_S:
        raise Invalid(
            f"The period of {every_s} s is out of range; use 1 to {LONGEST_S:,} seconds.",
            code="schedule.bad_period",
            field="every_s",
        )
    if entry.is_vital and not is_enabled:
        raise Invalid(
            f"{entry.label} keeps jobs and alerts going and cannot be switched off. Make its period longer instead.",
            code="schedule.vital",
            field="is_enabled",
        )


@transaction.atomic
def change(entry: Any, *, every_s: int, is_enabled: bool, actor: Actor) -> None:
    """Set period and switch of an entry. Raises Invalid as `check` does."""
    check(entry, every_s=every_s, is_enabled=is_enabled)
    entry = _entries().select_for_update().get(pk=entry.pk)
    before = entry.every_s, entry.is_enabled
    entry.every_s, entry.is_enabled = every_s, is_enabled
    entry.next_due_at = min(entry.next_due_at, timezone.now() + timedelta(seconds=every_s))
    entry.save(update_fields=["every_s", "is_enabled", "next_due_at"])
    if before != (every_s, is_enabled):
        record(
            SCHEDULE_CHANGED, entry, actor=actor, task=entry.task, every_s=every_s, state="on" if is_enabled else "off"
        )
