"""Labels as they were sent, checked one by one."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from .numbers import number
from .sent_rows import Moments, check_count
from .texts import kind_of, refusal, short_text

CODE: Final = "ground_truth.bad_row"
_MEMBERS: Final = frozenset({"id", "label", "observed_at", "is_correction"})
_MAX_TEXT: Final = 100


@dataclass(frozen=True, slots=True)
class SentLabel:
    """One label for the prediction ``key``: a number or a text."""

    key: str
    number: float | None
    label: str
    observed_at: dt.datetime
    is_correction: bool

    @property
    def value(self) -> float | str:
        """What it says, to compare."""
        return self.label if self.number is None else self.number


def read_labels(sent: list[Any], now: dt.datetime) -> list[SentLabel]:
    """The labels of a request that arrived at ``now``. Raises Invalid for the first one at fault, with its place."""
    check_count(len(sent), "labels")
    moments = Moments(now, "labels")
    found = []
    for index, row in enumerate(sent):
        place = f"labels[{index}]"
        if type(row) is not dict:
            raise refusal(place, f"is {kind_of(row)}", "an object", code=CODE)
        if not row.keys() <= _MEMBERS:
            raise refusal(place, "has unknown members", f"only {', '.join(sorted(_MEMBERS))}", code=CODE)
        said = row.get("label")
        is_text = type(said) is str
        corrects = row.get("is_correction", False)
        if type(corrects) is not bool:
            raise refusal(f"{place}.is_correction", f"is {kind_of(corrects)}", "true or false", code=CODE)
        found.append(
            SentLabel(
                short_text(row.get("id"), f"{place}.id", _MAX_TEXT, code=CODE),
                None if is_text else number(said, f"{place}.label", code=CODE),
                short_text(said, f"{place}.label", _MAX_TEXT, code=CODE) if is_text else "",
                moments.read(row.get("observed_at"), index, "observed_at"),
                corrects,
            )
        )
    return found
