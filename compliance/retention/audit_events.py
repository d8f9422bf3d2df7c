"""What the ledger records about retention."""

from compliance.audit import define

RETENTION_APPLIED = define(
    "retention.rule.applied",
    "removed {removed} of {data_class}",
    "data_class",
    "removed",
    category="privacy",
    ocsf="datastore.delete",
)
POLICY_INSTALLED = define(
    "retention.policy.installed",
    "installed the policy of {data_class}: {action} after {days} days",
    "data_class", "days", "action",
    category="privacy", ocsf="entity.create",
)  # fmt: skip
CHANGE_ASKED = define(
    "retention.change.asked",
    "asked to {action} {data_class} after {days} days, {affected} rows past their date under it",
    "data_class", "days", "action", "affected", "lifts_hold",
    category="privacy", ocsf="entity.update",
)  # fmt: skip
CHANGE_APPROVED = define(
    "retention.change.approved",
    "approved that {data_class} is {action}d after {days} days, which {asked_by} asked for",
    "data_class", "days", "action", "asked_by", "lifts_hold",
    category="privacy", ocsf="entity.update",
)  # fmt: skip
CHANGE_WITHDRAWN = define(
    "retention.change.withdrawn",
    "withdrew the change of {data_class} that {asked_by} asked for",
    "data_class", "asked_by",
    category="privacy", ocsf="entity.update",
)  # fmt: skip
POLICY_HELD = define(
    "retention.policy.held",
    "put {data_class} on legal hold",
    "data_class",
    category="privacy",
    ocsf="entity.suspend",
)
RUN_ASKED = define(
    "retention.run.asked",
    "asked for a {kind} over every data class",
    "kind",
    category="privacy",
    ocsf="scheduled_job.start",
)
RUN_FINISHED = define(
    "retention.run.finished",
    "finished a {kind}: {due} past their date, {removed} removed",
    "kind", "due", "removed",
    category="privacy", ocsf="scheduled_job.update",
)  # fmt: skip
