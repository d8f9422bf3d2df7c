"""What an alias pointed at, and when: kept as periods that cannot overlap, read at any moment of the past."""

import datetime as dt
from collections.abc import Iterable

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from registry.models import RegisteredModel

from .models import AliasPeriod

_TICK = dt.timedelta(microseconds=1)


def begin(model: RegisteredModel, alias: str, number: int, now: dt.datetime) -> AliasPeriod:
    """``alias`` points at version ``number`` from ``now`` on. The caller holds the model's row."""
    at = end(model, alias, now)
    return AliasPeriod.objects.create(model=model, alias=alias, number=number, during=DateTimeTZRange(at, None))


def end(model: RegisteredModel, alias: str, now: dt.datetime) -> dt.datetime:
    """Close the open period, if there is one; returns the moment, which is after its beginning whatever the clock."""
    rows = AliasPeriod.objects.filter(model=model, alias=alias)
    current = rows.filter(during__upper_inf=True).first()
    if current is None:
        last = rows.order_by("-id").first()
        return now if last is None else max(now, last.during.upper)
    at = max(now, current.during.lower + _TICK)
    current.during = DateTimeTZRange(current.during.lower, at)
    current.save(update_fields=["during"])
    return at


def live_at(model: RegisteredModel, alias: str, moment: dt.datetime) -> AliasPeriod | None:
    """The period of ``alias`` that holds ``moment``; None when it pointed at nothing then."""
    return AliasPeriod.objects.filter(model=model, alias=alias, during__contains=moment).first()


def history_of(model: RegisteredModel, alias: str) -> "QuerySet[AliasPeriod]":
    """All periods of ``alias``, newest first."""
    return AliasPeriod.objects.filter(model=model, alias=alias).order_by("-id")


def was_live(model: RegisteredModel, alias: str, number: int) -> bool:
    """Whether ``alias`` ever pointed at version ``number``."""
    return AliasPeriod.objects.filter(model=model, alias=alias, number=number).exists()


def names_of(model: RegisteredModel) -> Iterable[str]:
    """Every alias that the model has or had."""
    found = AliasPeriod.objects.filter(model=model).order_by("alias").values_list("alias", flat=True)
    return found.distinct()
