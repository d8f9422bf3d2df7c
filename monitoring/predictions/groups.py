"""How a model treats groups of people: rates of each group, and the gaps between them.

The groups are values of features that the model's policy names. They are opened in the worker, counted by the hour and
forgotten. Rates out of fewer than thirty are not shown: they would tell of persons, and mean nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from . import features
from .models import GroupPolicy, Stream
from .numbers import reads_as_number

SMALLEST: Final = 30
# Groups that are told apart of one feature; a number with more values is no group of people.
_MOST: Final = 50
_OTHER: Final = "(other)"
_ROWS_AT_ONCE: Final = 5000
SELECTION, TRUE_POSITIVE, FALSE_POSITIVE = "Selection rate", "True positive rate", "False positive rate"


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of one group; None where they are out of fewer than thirty."""

    group: str
    rows: int
    rates: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Gap:
    """How far the groups of one feature lie apart in one rate, and between which two."""

    feature: str
    rate: str
    width: float
    highest: str
    lowest: str


def group_counts(stream: Stream, rows_sql: str, params: Mapping[str, Any]) -> dict[str, dict[str, list[int]]]:
    """`Figures.groups` of the rows that ``rows_sql`` gives; nothing for a model without a policy."""
    policy = GroupPolicy.objects.filter(pk=stream.model_id).first()
    if policy is None or not policy.features:
        return {}
    wanted = float(policy.favourable) if reads_as_number(policy.favourable) else None
    asked = {**params, "text": policy.favourable, "number": wanted}
    favourable = "coalesce({0}.number = %(number)s::float8 OR {0}.label = %(text)s, false)"
    statement = (
        f"SELECT p.batch_id, p.position, {favourable.format('p')}, t.id IS NOT NULL, {favourable.format('t')}{rows_sql}"
        " AND (p.number IS NOT NULL OR p.label <> '') ORDER BY p.batch_id"
    )
    counts: dict[str, dict[str, list[int]]] = {name: {} for name in policy.features}
    opened: tuple[Any, features.Columns] = (None, {})
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for batch_id, position, selected, is_labelled, is_true in rows:
                if opened[0] != batch_id:
                    opened = batch_id, features.of_batch(batch_id, policy.features)
                for name, column in opened[1].items():
                    _count(counts[name], column, position, selected, is_labelled, is_true)
    return counts


def _count(
    counts: dict[str, list[int]], column: Sequence[Any], position: int, selected: bool, is_labelled: bool, is_true: bool
) -> None:
    value = column[position] if position < len(column) else None
    if value is None or value != value or isinstance(value, list):
        return
    group = value if isinstance(value, str) else f"{value:g}"
    sums = counts.setdefault(group if group in counts or len(counts) < _MOST else _OTHER, [0] * 6)
    sums[0] += 1
    sums[1] += selected
    if is_labelled:
        place = 2 if is_true else 4
        sums[place] += 1
        sums[place + 1] += selected


def rates(counts: Mapping[str, Sequence[int]]) -> list[Rates]:
    """The rates of each group with at least thirty rows, the largest group first."""
    found = []
    for group, (rows, selected, positive, found_positive, negative, found_negative) in counts.items():
        if rows < SMALLEST:
            continue
        shares = {
            SELECTION: _share(selected, rows),
            TRUE_POSITIVE: _share(found_positive, positive),
            FALSE_POSITIVE: _share(found_negative, negative),
        }
        found.append(Rates(group, rows, shares))
    return sorted(found, key=lambda each: (-each.rows, each.group))


def suppressed(counts: Mapping[str, Sequence[int]]) -> int:
    """How many groups are too small to be shown."""
    return sum(sums[0] < SMALLEST for sums in counts.values())


def gaps(groups: Mapping[str, Mapping[str, Sequence[int]]]) -> list[Gap]:
    """The gap of each feature in each rate that two groups have, the widest first."""
    found = []
    for feature, counts in groups.items():
        shown = rates(counts)
        for rate in (SELECTION, TRUE_POSITIVE, FALSE_POSITIVE):
            known = [(share, each.group) for each in shown if (share := each.rates[rate]) is not None]
            if len(known) > 1:
                (low, lowest), (high, highest) = min(known), max(known)
                found.append(Gap(feature, rate, high - low, highest, lowest))
    return sorted(found, key=lambda gap: -gap.width)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= SMALLEST else None
