"""Metrics of several versions side by side. Pure: values in, marks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .directions import DIRECTIONS, MINIMISE, direction_of


@dataclass(frozen=True, slots=True)
class ComparedMetric:
    """One metric through the compared versions; ``best`` is the place of the better one, None where none is marked.

    ``is_tie`` says that others have the same value: the mark is then with the oldest.
    """

    name: str
    values: list[float | None]
    direction: str
    best: int | None
    is_tie: bool

    @property
    def words(self) -> str:
        """The direction in words, or that none is known."""
        return DIRECTIONS.get(self.direction, "No direction is set")


def compare(
    metrics: Sequence[Mapping[str, float]], stored: Mapping[str, str], task: str, first: str = ""
) -> list[ComparedMetric]:
    """The metrics of versions that are given oldest first; the metric ``first`` leads, then by name.

    >>> [row] = compare([{"rmse": 2.0}, {"rmse": 1.5}, {}], {}, "regression")
    >>> row.values, row.best, row.is_tie
    ([2.0, 1.5, None], 1, False)
    """
    names = sorted({name for said in metrics for name in said}, key=lambda name: (name != first, name))
    return [
        _row(name, [_number(said.get(name)) for said in metrics], direction_of(name, stored, task)) for name in names
    ]


def _row(name: str, values: list[float | None], direction: str) -> ComparedMetric:
    present = [value for value in values if value is not None]
    if not direction or len(present) < 2:
        return ComparedMetric(name, values, direction, None, False)
    top = min(present) if direction == MINIMISE else max(present)
    return ComparedMetric(name, values, direction, values.index(top), present.count(top) > 1)


def _number(value: object) -> float | None:
    """A finite number, or None: what is no number is never the better one."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or value != value
        or value in (float("inf"), float("-inf"))
    ):
        return None
    return value
