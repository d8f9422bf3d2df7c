"""Trying rules on the first rows of a version, before they become a suite."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from compliance.audit.reading import record_reading
from dataquality.audit_events import SUITE_TRIED
from modelops.lib.errors import Invalid
from registry.models import Dataset, DatasetVersion

if TYPE_CHECKING:
    from dataquality.engine import RuleOutcome

ROWS = 1000


@dataclass(frozen=True)
class Trial:
    """What the rules say of the first ``rows`` rows of ``version``."""

    version: DatasetVersion
    rows: int
    outcomes: tuple[RuleOutcome, ...]


def try_rules(dataset: Dataset, document: Any, *, user: Any) -> Trial:
    """Judge the newest version that ``user`` may see by rules, on a sample only. Raises Invalid.

    One batch is read, in this process: no worker is waited for, and nothing is stored.
    """
    import pyarrow as pa  # Arrow loads when somebody tries rules, not when the portal starts

    from dataquality.engine import examine
    from dataquality.profiling.tables import ArrowTable
    from dataquality.reading import SealedTable
    from dataquality.suite_services import read_rules
    from dataquality.suites import references

    suite = read_rules(document)
    if next(iter(references(suite)), None) is not None:
        raise Invalid(
            "A rule refers to another dataset, which is only read in a run. Leave it out of the trial.",
            code="suite.no_trial",
            field="rules",
        )
    visible = DatasetVersion.objects.visible_to(user).filter(dataset=dataset)
    version = visible.select_related("dataset", "artifact").order_by("-number").first()
    if version is None:
        raise Invalid(
            f"The dataset {dataset.name!r} has no version yet to try rules on. Upload one first.",
            code="suite.no_version",
            field="dataset",
        )
    table = SealedTable(version)
    batches = [batch.slice(0, ROWS) for batch in islice(table.batches(), 1)]
    sample = ArrowTable(pa.Table.from_batches(batches))
    report = examine(sample, suite=suite, threads=1, now=dt.datetime.now(dt.UTC))
    return Trial(version, sample.rows, report.outcomes)


def record_trial(request: Any, dataset: Dataset, trial: Trial) -> None:
    """Tell the ledger who tried rules: what they say is a reading of the data."""
    record_reading(
        SUITE_TRIED,
        dataset,
        request=request,
        dataset=dataset.name,
        version=trial.version.number,
        rules=len(trial.outcomes),
        rows=trial.rows,
    )
