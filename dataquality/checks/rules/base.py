"""What every rule takes and gives."""

from __future__ import annotations

import datetime as dt
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from dataquality.checks.base import quoted
from dataquality.dimensions import Dimension
from dataquality.profiling.cells import Cells
from dataquality.profiling.duplicates import Repeats
from dataquality.profiling.facts import ColumnProfile
from dataquality.profiling.kinds import Kind, Mask
from dataquality.profiling.watching import Watch, WatchFacts
from modelops.lib.errors import Invalid
from modelops.lib.plugins import Plugins

MOST_VALUES = 10_000  # of a list in a rule
LONGEST_VALUE = 1000


@dataclass(frozen=True)
class Param:
    """One parameter: ``kind`` is number, integer, text, moment or values; a rule without a required one is refused."""

    kind: str
    required: bool = False

    def read(self, name: str, value: object) -> Any:
        """The checked value. Raises Invalid."""
        fits = {
            "number": lambda: _is_number(value),
            "integer": lambda: _is_number(value) and float(value).is_integer(),  # type: ignore[arg-type]
            "text": lambda: isinstance(value, str) and len(value) <= LONGEST_VALUE * 2,
            "moment": lambda: _is_number(value) or _is_moment(value),
            "values": lambda: (
                isinstance(value, list | tuple)
                and 0 < len(value) <= MOST_VALUES
                and all(_is_number(each) or (isinstance(each, str) and len(each) <= LONGEST_VALUE) for each in value)
            ),
        }
        if not fits[self.kind]():
            raise Invalid(f"The parameter {name!r} of the rule is no {self.kind}.", code="rule.parameter", field=name)
        return tuple(value) if self.kind == "values" else value  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class RuleFacts:
    """What a rule judges by: the profiles, what its own watches and keys have found, and the world around the table.

    ``read`` gives the numbers of a column once more, batch by batch with their first rows. ``history`` holds the row
    counts of earlier versions, the newest first.
    """

    rows: int
    profiles: Mapping[str, ColumnProfile]
    watched: Sequence[WatchFacts]
    repeats: Sequence[Repeats]
    read: Callable[[str], Iterator[tuple[int, Any]]]
    now: dt.datetime
    history: Sequence[int] = ()


@dataclass(frozen=True)
class Verdict:
    """``count`` of ``of`` break the rule; what they are is in the message, which holds no value of the data."""

    count: int
    of: int
    message: str
    filter: str = ""
    seen: Sequence[tuple[int, object]] = field(default_factory=tuple)


class Rule(ABC):
    """One rule over some columns of one table. Raises Invalid when it makes no sense."""

    label: ClassVar[str]
    dimension: ClassVar[Dimension]
    params: ClassVar[Mapping[str, Param]] = {}
    kinds: ClassVar[frozenset[Kind]] = frozenset()  # what its columns may hold; nothing named: anything
    columns_needed: ClassVar[tuple[int, int]] = (1, 1)

    def __init__(self, columns: Sequence[str], given: Mapping[str, object]) -> None:
        least, most = self.columns_needed
        if not least <= len(columns) <= most or len(set(columns)) != len(columns):
            raise Invalid(
                f"The rule names {len(columns)} columns; it takes {least if least == most else f'{least} to {most}'}, "
                "each once.",
                code="rule.columns",
                field="columns",
            )
        unknown = sorted(set(given) - set(self.params))
        if unknown:
            known = ", ".join(self.params) or "none"
            raise Invalid(
                f"The rule has no parameter {unknown[0]!r}; known: {known}.", code="rule.parameter", field=unknown[0]
            )
        for name, param in self.params.items():
            if param.required and name not in given:
                raise Invalid(f"The rule needs the parameter {name!r}.", code="rule.parameter", field=name)
        self.columns = tuple(columns)
        self.given = {name: self.params[name].read(name, value) for name, value in given.items()}
        self.check()

    def __eq__(self, other: object) -> bool:
        """The same kind with the same words: two reports of the same data suggest the same."""
        return type(other) is type(self) and (other.columns, other.given) == (self.columns, self.given)  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self), self.columns))

    def check(self) -> None:  # noqa: B027 - most rules have nothing more to refuse
        """Refuse parameters that contradict each other."""

    @property
    def name(self) -> str:
        """The first column as expressions write it."""
        return quoted(self.columns[0])

    def reads(self) -> tuple[str, ...]:
        """The columns that must be in the table."""
        return self.columns

    def watches(self) -> list[Watch]:
        """What to look for in every row."""
        return []

    def repeated(self) -> list[tuple[str, ...]]:
        """Keys whose repetition must be counted."""
        return []

    @abstractmethod
    def judge(self, facts: RuleFacts) -> Verdict:
        """How the table stands to the rule."""


rules: Plugins[Rule] = Plugins("quality rule", Rule)


@dataclass(frozen=True)
class ByRow(Watch):
    """Watches for the present cells of one column that ``breaks`` picks out."""

    columns: tuple[str, ...]
    breaks: Callable[[Cells], Mask]

    def look(self, cells: list[Cells]) -> tuple[Mask, int]:
        """Broken rows, and how many are present."""
        from dataquality.expressions.evaluate import missing_rows, present_rows

        with np.errstate(all="ignore"):
            broken = self.breaks(cells[0])
        if broken.any():  # seldom: who is missing is looked for only then
            broken = np.greater(broken, missing_rows(cells[0]))
        return broken, present_rows(cells[0])


class RowRule(Rule):
    """A rule that each present cell of one column keeps or breaks."""

    what: ClassVar[str]

    @abstractmethod
    def breaks(self, cells: Cells) -> Mask:
        """Which rows of a batch break it; missing ones are left out afterwards."""

    def watches(self) -> list[Watch]:
        """Watches every row."""
        return [ByRow(self.columns, self.breaks)]

    def finds(self) -> str:
        """An expression that finds the rows again, if one can."""
        return ""

    def judge(self, facts: RuleFacts) -> Verdict:
        """As many as were counted."""
        from modelops.lib.figures import grouped

        (found,) = facts.watched
        message = f"{grouped(found.count)} of {grouped(found.of)} values {self.what}."
        return Verdict(found.count, found.of, message, self.finds(), [(row, values[0]) for row, values in found.first])


def on_texts(cells: Cells, test: Callable[[Any], Any]) -> Mask:
    """``test`` of the texts of a column, of each distinct one only where they come as a dictionary."""
    import pyarrow as pa

    if pa.types.is_dictionary(cells.array.type):
        codes, texts = cells.coded
        found = np.asarray(test(texts), dtype=bool)
        return np.append(found, False)[codes] if found.any() else np.zeros(cells.rows, dtype=bool)
    return np.asarray(test(cells.array), dtype=bool)
