"""The quality of a dataset over time: its finished runs in order, and where its columns changed in between."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import F

from dataquality.models import QualityRun, RunState
from dataquality.schema_changes import SchemaChange, changes
from registry.models import Dataset

SHOWN = 200  # the newest; older runs stay in the list of runs


@dataclass(frozen=True)
class Point:
    """One run with a score. ``changed`` is what its version has other columns than that of the run before."""

    run: QualityRun
    changed: tuple[SchemaChange, ...]

    @property
    def breaks(self) -> bool:
        """Whether a change of the columns would trip a reader of the earlier ones."""
        return any(change.breaking for change in self.changed)

    def dimension(self, key: str) -> float | None:
        """The dimension's own score, None where there was nothing to examine."""
        line = next((line for line in self.run.arithmetic if line["dimension"] == key), None)
        return None if line is None else float(line["score"])


def trend_of(dataset: Dataset, user: Any, *, training_run: str = "") -> list[Point]:
    """The newest finished runs of ``dataset`` that ``user`` may see, oldest first.

    With ``training_run`` only those of that training, by epoch; those without one stand first.
    """
    runs = QualityRun.objects.visible_to(user).with_version()
    newest = runs.filter(dataset_version__dataset=dataset, state=RunState.SUCCEEDED).order_by("-created_at", "-id")
    if training_run:
        newest = newest.filter(training_run=training_run).order_by(
            F("epoch").desc(nulls_last=True), "-created_at", "-id"
        )
    in_order = list(newest[:SHOWN])[::-1]
    points = [Point(run, ()) for run in in_order[:1]]
    for before, run in pairwise(in_order):
        is_same = before.dataset_version_id == run.dataset_version_id
        old, new = before.dataset_version.typed_schema, run.dataset_version.typed_schema
        points.append(Point(run, () if is_same else tuple(changes(old, new))))
    return points
