"""What the ledger records about drift monitors."""

from compliance.audit import define

MONITOR_CREATED = define(
    "monitors.monitor.created",
    "set up the drift monitor {name} of {dataset} against {reference}",
    "name", "dataset", "reference",
    category="data", ocsf="entity.create",
)  # fmt: skip
POLICY_CHANGED = define(
    "monitors.policy.changed",
    "changed what counts as drift for {name}, policy {number}",
    "name", "number", "alpha", "minimum_effect",
    category="data", ocsf="entity.update",
)  # fmt: skip
DRIFT_ACCEPTED = define(
    "monitors.drift.accepted",
    "accepted the drift of {feature} in {name} until {until}",
    "name", "feature", "until",
    category="data", ocsf="entity.update",
)  # fmt: skip
MONITOR_PAUSED = define(
    "monitors.monitor.paused",
    "paused the drift monitor {name}",
    "name",
    category="data", ocsf="entity.update",
)  # fmt: skip
MONITOR_RESUMED = define(
    "monitors.monitor.resumed",
    "let the drift monitor {name} run by the clock again",
    "name",
    category="data", ocsf="entity.update",
)  # fmt: skip
PROFILE_MADE = define(
    "monitors.profile.made",
    "profiled {columns} columns of {version} as reference",
    "version", "columns", "layout",
    category="data", ocsf="scan.completed",
)  # fmt: skip
EDGES_PUBLISHED = define(
    "monitors.edges.published",
    "handed out the bins in which sketches for {name} are counted",
    "name",
    category="data", ocsf="entity.read",
)  # fmt: skip
MONITOR_VIEWED = define(
    "monitors.monitor.viewed",
    "looked at the drift monitor {name}",
    "name",
    category="data", ocsf="entity.read",
)  # fmt: skip
