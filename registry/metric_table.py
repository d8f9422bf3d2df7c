"""Metrics as a table: names such as "july.auc" become a row "auc" and a column "july"."""

from collections.abc import Mapping
from dataclasses import dataclass

PLAIN = "Value"


@dataclass(frozen=True, slots=True)
class MetricTable:
    """Column headings, and for each metric its values in their order; None where there is none."""

    columns: list[str]
    rows: list[tuple[str, list[float | None]]]


def metric_table(metrics: Mapping[str, float]) -> MetricTable:
    """The table for ``metrics``; groups make columns only when all names have one and there are at most six.

    >>> metric_table({"july.auc": 0.6, "june.auc": 0.7}).rows
    [('auc', [0.6, 0.7])]
    >>> metric_table({"auc": 0.7}).columns
    ['Value']
    """
    parts = {name: name.split(".") for name in metrics}
    groups = sorted({part[0] for part in parts.values()})
    if not 2 <= len(groups) <= 6 or any(len(part) != 2 or not all(part) for part in parts.values()):
        return MetricTable([PLAIN], [(name, [value]) for name, value in sorted(metrics.items())])
    names = sorted({part[1] for part in parts.values()})
    return MetricTable(groups, [(name, [metrics.get(f"{group}.{name}") for group in groups]) for name in names])
