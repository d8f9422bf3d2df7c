"""What drift runs write to the audit ledger."""

from compliance.audit import define

RUN_REQUESTED = define(
    "monitoring.drift_run.requested",
    "asked to compare {current} with {reference}",
    "reference",
    "current",
    category="data",
    ocsf="scan.started",
)
RUN_COMPLETED = define(
    "monitoring.drift_run.completed",
    "compared {current} with {reference}: {drifted} of {compared} features drifted",
    "reference",
    "current",
    "drifted",
    "compared",
    category="data",
    ocsf="scan.completed",
)
RUN_VIEWED = define(
    "monitoring.drift_run.viewed",
    "looked at the comparison of {current} with {reference}",
    "reference",
    "current",
    category="data",
    ocsf="entity.read",
)
