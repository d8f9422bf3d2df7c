"""What data quality writes to the audit ledger."""

from compliance.audit import define

RUN_REQUESTED = define(
    "dataquality.run.requested",
    "asked for the quality of {dataset} version {version}",
    "dataset",
    "version",
    category="data",
    ocsf="scan.started",
)
RUN_COMPLETED = define(
    "dataquality.run.completed",
    "quality of {dataset} version {version} scored {score} with {issues} issues",
    "dataset",
    "version",
    "score",
    "issues",
    category="data",
    ocsf="scan.completed",
)
RUN_VIEWED = define(
    "dataquality.run.viewed",
    "looked at the quality of {dataset} version {version}",
    "dataset",
    "version",
    category="data",
    ocsf="entity.read",
)
