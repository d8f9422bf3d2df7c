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
SUITE_CREATED = define(
    "dataquality.suite.created",
    "wrote the rule suite {suite} of {dataset} with {rules} rules",
    "dataset",
    "suite",
    "rules",
    category="data",
    ocsf="entity.create",
)
SUITE_REVISED = define(
    "dataquality.suite.revised",
    "wrote version {number} of the rule suite {suite} of {dataset} with {rules} rules",
    "dataset",
    "suite",
    "number",
    "rules",
    category="data",
    ocsf="entity.update",
)
SUITE_VIEWED = define(
    "dataquality.suite.viewed",
    "looked at the rule suite {suite} of {dataset}",
    "dataset",
    "suite",
    category="data",
    ocsf="entity.read",
)
RULE_SNOOZED = define(
    "dataquality.rule.snoozed",
    "let the rule {rule} of the suite {suite} of {dataset} sleep until {until}",
    "dataset",
    "suite",
    "rule",
    "until",
    category="data",
    ocsf="entity.update",
)
ISSUE_ACCEPTED = define(
    "dataquality.issue.accepted",
    "accepted {rule} in runs of {dataset} until {until}",
    "dataset",
    "rule",
    "until",
    category="data",
    ocsf="entity.update",
)
SUITE_TRIED = define(
    "dataquality.suite.tried",
    "tried {rules} rules on {rows} rows of {dataset} version {version}",
    "dataset",
    "version",
    "rules",
    "rows",
    category="data",
    ocsf="entity.read",
)
