"""Missing values: whether their share has changed."""

from __future__ import annotations

from .base import Drift
from .chi_square import chi_square


def nulls(missing_reference: int, rows_reference: int, missing_current: int, rows_current: int) -> Drift | None:
    """The difference of two shares of missing values with its p-value; None where nothing is missing or no row is.

    Source: Pearson's chi-square of two proportions, without correction (see `chi_square`).
    """
    if not (rows_reference and rows_current and missing_reference + missing_current):
        return None
    shares = missing_reference / rows_reference, missing_current / rows_current
    tested = chi_square(
        [missing_reference, rows_reference - missing_reference], [missing_current, rows_current - missing_current]
    )
    return Drift(
        statistic=abs(shares[1] - shares[0]),
        p_value=tested.p_value,
        n_reference=rows_reference,
        n_current=rows_current,
        location=0.0,
        sign=1 if shares[0] >= shares[1] else -1,
    )
