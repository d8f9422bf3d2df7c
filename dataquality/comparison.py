"""Two quality runs side by side: what became better, worse, appeared and went."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dataquality.dimensions import Dimension
from dataquality.models import QualityIssue, QualityRun, RunState
from dataquality.schema_changes import SchemaChange, changes
from modelops.lib.errors import Conflict, NotFound

MOST = 2000  # issues of a run that are compared, the costliest first

Key = tuple[str, str, str]


@dataclass(frozen=True)
class IssuePair:
    """An issue in both runs, or in one of them."""

    dimension: str
    rule: str
    column: str
    before: QualityIssue | None
    after: QualityIssue | None

    @property
    def change(self) -> str:
        """appeared, gone, worse, better or same: by what share of the examined it takes."""
        if self.before is None:
            return "appeared"
        if self.after is None:
            return "gone"
        old, new = self.before.share, self.after.share
        return "worse" if new > old else "better" if new < old else "same"


@dataclass(frozen=True)
class DimensionPair:
    """The score of a dimension in both runs; None where there was nothing to examine."""

    label: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class Comparison:
    """``before`` is the earlier run, or the one that was named."""

    before: QualityRun
    after: QualityRun
    dimensions: tuple[DimensionPair, ...]
    issues: tuple[IssuePair, ...]
    schema: tuple[SchemaChange, ...]

    @property
    def difference(self) -> Decimal:
        """How many points the score gained."""
        return (self.after.score or Decimal(0)) - (self.before.score or Decimal(0))


def other_run(run: QualityRun, named: str, user: Any) -> QualityRun:
    """The run to compare ``run`` with: the one with the id ``named``, or the finished one before it.

    Raises NotFound when there is none that ``user`` may see.
    """
    runs = QualityRun.objects.visible_to(user).with_version().filter(state=RunState.SUCCEEDED)
    if named:
        found = runs.filter(pk=named).first()
    else:
        of_dataset = runs.filter(dataset_version__dataset=run.dataset_version.dataset_id, created_at__lt=run.created_at)
        found = of_dataset.order_by("-created_at", "-id").first()
    if found is None:
        raise NotFound(
            "There is no other finished run to compare with. Examine another version of the dataset, or name a run "
            "that has a score.",
            code="quality_run.nothing_to_compare",
            field="with",
        )
    return found


def compare(before: QualityRun, after: QualityRun) -> Comparison:
    """Both runs side by side. Raises Conflict when one has no score."""
    if before.score is None or after.score is None:
        raise Conflict(
            "Only runs that have succeeded are compared. Wait until the run has ended, or name another one.",
            code="quality_run.not_finished",
        )
    lines = [{line["dimension"]: Decimal(line["score"]) for line in run.arithmetic} for run in (before, after)]
    dimensions = tuple(
        DimensionPair(dimension.label, lines[0].get(dimension.value), lines[1].get(dimension.value))
        for dimension in Dimension
    )
    old, new = _issues(before), _issues(after)
    pairs = [IssuePair(*key, old.get(key), new.get(key)) for key in {**new, **old}]
    order = {change: place for place, change in enumerate(("appeared", "worse", "gone", "better", "same"))}
    pairs.sort(key=lambda pair: (order[pair.change], pair.column, pair.rule))
    schema = changes(before.dataset_version.typed_schema, after.dataset_version.typed_schema)
    return Comparison(before, after, dimensions, tuple(pairs), tuple(schema))


def _issues(run: QualityRun) -> dict[Key, QualityIssue]:
    """The costliest issues by what they are about; a suite's rule goes by its name, which begins its message."""
    found: dict[Key, QualityIssue] = {}
    for issue in run.issues.order_by("-deduction", "position")[:MOST]:
        rule = issue.message.partition(":")[0] if issue.rule.startswith("rule_") else issue.rule
        found.setdefault((issue.dimension, rule, issue.column), issue)
    return found
