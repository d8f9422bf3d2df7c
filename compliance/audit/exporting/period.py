"""Moments and periods: from the first moment, which belongs to it, to the last, which does not."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from modelops.lib.errors import Invalid

# What is signed must not lack a row because a clock was wrong: ids of a day around the period are looked through.
CLOCKS_APART: Final = dt.timedelta(days=1)


def moment(text: str, field: str) -> dt.datetime | None:
    """The moment that ``text`` names, in UTC; None for no text.

    A date stands for its beginning in UTC; a time must say its distance to UTC ("2026-03-01T08:00:00+01:00", or Z).
    Raises Invalid.
    """
    text = text.strip()
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            f"{text[:40]!r} is no date and no time. Write 2026-03-01, or 2026-03-01T08:00:00+01:00.",
            code="period.unreadable",
            field=field,
        ) from None
    if found.tzinfo is None:
        if len(text) > 10:
            raise Invalid(
                f"{text[:40]!r} does not say its time zone. Add the distance to UTC (2026-03-01T08:00:00+01:00), or Z.",
                code="period.no_zone",
                field=field,
            )
        found = found.replace(tzinfo=dt.UTC)
    return found.astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """``since`` is inclusive, ``until`` exclusive; None is no limit. Periods that touch share no row."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since >= self.until:
            raise Invalid(
                f"The period ends at {told(self.until)} and begins at {told(self.since)}. It must end after it begins.",
                code="period.backwards",
                field="to",
            )


def told(at: dt.datetime | None) -> str:
    """A moment as files and rows tell it; empty text for none."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if at else ""
