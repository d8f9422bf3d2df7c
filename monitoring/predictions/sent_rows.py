"""A batch of predictions as it was sent, checked row by row and kept column by column."""

import datetime as dt
import re
from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final

from django.conf import settings

from modelops.lib.errors import Invalid

from .feature_columns import Ranges, columns_of
from .features import Columns
from .numbers import number
from .texts import kind_of, refusal, short_text

# How far the clock of a sender may be ahead of ours.
AHEAD: Final = dt.timedelta(minutes=5)
_MEMBERS: Final = frozenset({"id", "at", "features", "prediction", "probability", "latency_ms", "error", "subject"})
_TELLING: Final = ("prediction", "error", "latency_ms", "features")
_ERROR: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,59}")
_MAX_TEXT, _MAX_SUBJECT, _MAX_LATENCY_MS = 100, 254, 86_400_000


@dataclass
class SentRows:
    """The checked rows; one entry a row in each list, and the columns of their features."""

    keys: list[str] = field(default_factory=list)
    at: list[dt.datetime] = field(default_factory=list)
    numbers: list[float | None] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    probabilities: list[float | None] = field(default_factory=list)
    latencies_ms: list[float | None] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    subjects: list[str | None] = field(default_factory=list)
    features: Columns = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at)

    @property
    def error_classes(self) -> Counter[str]:
        """How often each class of error occurs."""
        return Counter(error for error in self.errors if error)

    @property
    def hours(self) -> list[dt.datetime]:
        """The beginnings of the hours that the rows lie in, in their order."""
        first, last = (end.replace(minute=0, second=0, microsecond=0) for end in (min(self.at), max(self.at)))
        if first == last:
            return [first]
        return sorted({moment.replace(minute=0, second=0, microsecond=0) for moment in self.at})

    def without(self, places: Collection[int]) -> "SentRows":
        """The rows but those at ``places``."""
        if not places:
            return self
        left_out = set(places)
        kept = [place not in left_out for place in range(len(self))]
        lists = {name: list(compress(column, kept)) for name, column in vars(self).items() if name != "features"}
        features: Columns = {}
        for name, column in self.features.items():
            held = compress(column, kept)
            features[name] = array("d", held) if isinstance(column, array) else list(held)
        return SentRows(**lists, features=features if any(kept) else {})


def check_count(count: int, name: str = "rows") -> None:
    """Raise Invalid for no row at all, and for more than one batch may have."""
    most = settings.MODELOPS_MAX_PREDICTIONS
    if not 1 <= count <= most:
        raise refusal(name, f"has {count} items", f"1 to {most}", code="prediction.bad_count")


def read_rows(sent: Sequence[Any], ranges: Ranges, now: dt.datetime) -> SentRows:
    """The rows of a request that arrived at ``now``. Raises Invalid for the first value at fault, with its place."""
    check_count(len(sent))
    rows = SentRows()
    moments = Moments(now)
    seen: dict[str, int] = {}
    features: list[Any] = []
    for index, row in enumerate(sent):
        if type(row) is not dict:
            raise refusal(f"rows[{index}]", f"is {kind_of(row)}", "an object")
        if not row.keys() <= _MEMBERS:
            name = next(name for name in row if name not in _MEMBERS)
            raise refusal(f"rows[{index}]", f"has a member {name[:40]!a}", f"only {', '.join(sorted(_MEMBERS))}")
        get = row.get
        if all(get(name) is None for name in _TELLING):
            raise refusal(f"rows[{index}]", "says nothing", f"one of {', '.join(_TELLING)}")
        key = get("id")
        if key is None:
            key = ""
        elif seen.setdefault(short_text(key, f"rows[{index}].id", _MAX_TEXT), index) != index:
            raise refusal(f"rows[{index}].id", f"is that of rows[{seen[key]}] as well", "an id of its own")
        rows.keys.append(key)
        rows.at.append(moments.read(get("at"), index))
        _read_answer(rows, row, index)
        features.append(get("features"))
    rows.features = columns_of(features, ranges) if any(features) else {}
    return rows


def _read_answer(rows: SentRows, row: dict[str, Any], index: int) -> None:
    predicted = row.get("prediction")
    is_text = type(predicted) is str
    rows.labels.append(short_text(predicted, f"rows[{index}].prediction", _MAX_TEXT) if is_text else "")
    is_number = predicted is not None and not is_text
    rows.numbers.append(number(predicted, f"rows[{index}].prediction") if is_number else None)
    probability = row.get("probability")
    rows.probabilities.append(None if probability is None else number(probability, f"rows[{index}].probability", 0, 1))
    latency = row.get("latency_ms")
    rows.latencies_ms.append(
        None if latency is None else number(latency, f"rows[{index}].latency_ms", 0, _MAX_LATENCY_MS)
    )
    error = row.get("error")
    if error is not None and not (type(error) is str and _ERROR.fullmatch(error)):
        raise refusal(f"rows[{index}].error", "is no name of a class", "letters, digits and _.:-, at most 60")
    rows.errors.append(error or "")
    subject = row.get("subject")
    rows.subjects.append(None if subject is None else short_text(subject, f"rows[{index}].subject", _MAX_SUBJECT))


class Moments:
    """Reads times of rows: with their offset, not in the future, and not so old that their hour is closed."""

    def __init__(self, now: dt.datetime, name: str = "rows") -> None:
        self.now = now
        self.name = name
        self.first = now - dt.timedelta(days=settings.MODELOPS_PREDICTIONS_LATE_DAYS)
        self.last = now + AHEAD

    def read(self, value: Any, index: int, member: str = "at") -> dt.datetime:
        """The moment; the time of arrival where none is given. Raises Invalid."""
        if value is None:
            return self.now
        moment = self._parsed(value, index, member)
        if moment > self.last:
            raise self._refused(
                index, member, "lies in the future", "a time that has come; check the clock of the sender", "in_future"
            )
        if moment < self.first:
            days = settings.MODELOPS_PREDICTIONS_LATE_DAYS
            raise self._refused(index, member, "is too long ago", f"a time within {days} days", "too_old")
        return moment

    def _parsed(self, value: Any, index: int, member: str) -> dt.datetime:
        try:
            moment = dt.datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(dt.UTC)
        except (TypeError, ValueError, OverflowError):
            expected = "a time with its offset, such as 2026-01-31T12:00:00Z"
            raise self._refused(index, member, f"is {kind_of(value)} that is no time", expected, "bad_row") from None

    def _refused(self, index: int, member: str, found: str, expected: str, reason: str) -> Invalid:
        return refusal(f"{self.name}[{index}].{member}", found, expected, code=f"prediction.{reason}")
