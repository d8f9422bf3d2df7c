"""Until when a message waits: the quiet hours of a channel, and the time of its digest."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.models.alert_severity import Severity

_SATURDAY = 5


def quiet_until(channel: Any, severity: Severity, at: datetime) -> datetime | None:
    """The end of the quiet hours that ``at`` falls into; None when the message may go.

    Hours are those of the channel's own time zone, over midnight where they begin later than they end.
    """
    if severity.rank >= Severity(channel.quiet_below).rank:
        return None
    here = at.astimezone(ZoneInfo(channel.timezone))
    moment = here
    for _ in range(10):  # a quiet weekend may follow a quiet night and lead into another one
        following = _end_of(channel, moment)
        if following is None:
            break
        moment = following
    return moment.astimezone(at.tzinfo) if moment > here else None


def digest_at(channel: Any, at: datetime) -> datetime:
    """When the digest is due that an alert of now goes into: counted from midnight in the channel's time zone."""
    here = at.astimezone(ZoneInfo(channel.timezone))
    midnight = _on(here, time(0))
    passed = (here.replace(tzinfo=None) - midnight.replace(tzinfo=None)) // timedelta(seconds=channel.digest_s)
    due = midnight + (passed + 1) * timedelta(seconds=channel.digest_s)
    return min(due, _midnight(here, days=1)).astimezone(at.tzinfo)


def _end_of(channel: Any, moment: datetime) -> datetime | None:
    if channel.quiet_weekends and moment.weekday() >= _SATURDAY:
        return _midnight(moment, days=7 - moment.weekday())
    begin, end = channel.quiet_from, channel.quiet_until
    if begin is None or end is None or begin == end:
        return None
    now = moment.time().replace(tzinfo=None)
    if begin < end:
        return _on(moment, end) if begin <= now < end else None
    if now >= begin:
        return _on(moment + timedelta(days=1), end)
    return _on(moment, end) if now < end else None


def _on(day: datetime, at: time) -> datetime:
    return day.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0, fold=0)


def _midnight(moment: datetime, *, days: int) -> datetime:
    return _on(moment + timedelta(days=days), time(0))
