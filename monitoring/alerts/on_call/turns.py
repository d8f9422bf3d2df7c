"""Whose turn it is: arithmetic over weeks of a time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAYS = 7


def turn_at(starts_on: date, hands_over_at: time, zone: str, at: datetime) -> int:
    """The number of the turn that ``at`` falls into: 0 for the first week, below it before the rota began."""
    here = at.astimezone(ZoneInfo(zone))
    # By the clock on the wall: where a night has an hour more or less, the turn still changes at its time.
    day = here.date() if here.time().replace(tzinfo=None) >= hands_over_at else here.date() - timedelta(days=1)
    return (day - starts_on).days // _DAYS


def begin_of(starts_on: date, hands_over_at: time, zone: str, turn: int) -> datetime:
    """When a turn begins."""
    return datetime.combine(starts_on + timedelta(days=_DAYS * turn), hands_over_at, ZoneInfo(zone))
