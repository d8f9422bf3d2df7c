"""From comparisons to one condition of the database. What was asked for only ever becomes a parameter."""

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, Final

from django.db.models import BooleanField, F, FloatField, Lookup, Q, Value
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, IsNull, LessThan, LessThanOrEqual

from modelops.lib.errors import Invalid

from .filters import Comparison, Order

ValueOf = Callable[[str], Any]
"""The column or expression that holds the value of a key; it yields NULL where the row has none."""

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND: Final = dt.timedelta(milliseconds=1)
_NOTHING: Final = Value(False, output_field=BooleanField())
_EVERYTHING: Final = Value(True, output_field=BooleanField())


class _Signed(Lookup):
    """``left <sign> right``; a row without the value is NULL and does not match, whatever the sign."""

    sign = ""
    after = ""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} {self.sign} {right}{self.after}", [*left_params, *right_params]


class _Different(_Signed):
    sign = "<>"


class _Like(_Signed):
    """% and _ stand for others; there is no sign that takes this from them, so no pattern is malformed."""

    sign, after = "LIKE", " ESCAPE ''"


class _LikeInAnyCase(_Like):
    sign = "ILIKE"


_LOOKUPS: Final[Mapping[str, type[Any]]] = {
    "=": Exact, "!=": _Different, "<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual,
    "LIKE": _Like, "ILIKE": _LikeInAnyCase,
}  # fmt: skip


def condition(comparisons: Iterable[Comparison], values: Mapping[str, ValueOf]) -> Q:
    """All of ``comparisons`` at once; ``values`` says for each entity where the value of a key stands.

    Values of kind "moment" stand in columns of time and are compared by their millisecond.
    """
    return reduce(operator.and_, (one_condition(each, values[each.entity](each.key)) for each in comparisons), Q())


def one_condition(comparison: Comparison, stands_in: Any) -> Q:
    """Whether the value in ``stands_in``, a name or an expression, compares as asked."""
    left: Any = F(stands_in) if isinstance(stands_in, str) else stands_in
    comparator, value = comparison.comparator, comparison.value
    if comparator in {"IS NULL", "IS NOT NULL"}:
        return Q(IsNull(left, comparator == "IS NULL"))
    if comparator in {"IN", "NOT IN"}:
        within = Q(In(left, list(value)))  # type: ignore[arg-type]
        return within if comparator == "IN" else ~within
    if comparison.kind == "moment":
        return _moment(left, comparator, value)
    if comparison.kind == "number":
        return Q(_LOOKUPS[comparator](left, Value(_finite(value), output_field=FloatField())))
    return Q(_LOOKUPS[comparator](left, Value(value)))


def ordered(orders: Iterable[Order], values: Mapping[str, ValueOf]) -> list[Any]:
    """What ``order_by`` takes; rows without the value come last."""
    found = []
    for each in orders:
        stands_in = values[each.entity](each.key)
        column: Any = F(stands_in) if isinstance(stands_in, str) else stands_in
        found.append(column.asc(nulls_last=True) if each.ascending else column.desc(nulls_last=True))
    return found


def _moment(left: Any, comparator: str, value: Any) -> Q:
    """Stored times are finer than a millisecond: equal is what lies within it."""
    try:
        begin = _EPOCH + dt.timedelta(milliseconds=value)
        after = begin + _MILLISECOND
    except (OverflowError, ValueError):
        later = value > 0
        never = {"=": False, "!=": True, "<": later, "<=": later, ">": not later, ">=": not later}[comparator]
        return Q(IsNull(left, False)) & Q(_EVERYTHING if never else _NOTHING)
    if comparator == "=":
        return Q(GreaterThanOrEqual(left, begin)) & Q(LessThan(left, after))
    if comparator == "!=":
        return Q(LessThan(left, begin)) | Q(GreaterThanOrEqual(left, after))
    edge = after if comparator in {"<=", ">"} else begin
    return Q((LessThan if comparator in {"<", "<="} else GreaterThanOrEqual)(left, edge))


def _finite(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Invalid("A number of the filter is too large.", code="filter.invalid", field="filter") from None
