"""Classes of the floors below, which cannot declare any themselves."""

from compliance.audit import Actor
from modelops.rest.answers import outdated, remove_outdated

from . import ledger_months  # noqa: F401  declares how long the ledger is kept
from .classes import Lifecycle, classes, keep

keep(
    "audit.seals",
    "Audit seals",
    "Kept: the tree over the audit log, its signed checkpoints and where they are anchored. Hashes, no personal data.",
    "audit_sealing.Leaf",
    "audit_sealing.Tile",
    "audit_sealing.Seal",
    "audit_sealing.Checkpoint",
    "audit_sealing.CheckpointKey",
    "audit_sealing.Anchoring",
    "audit_sealing.SealerState",
    "audit_sealing.PurgedMonth",
)
keep(
    "audit.words",
    "Words of the audit log",
    "Kept as long as the rows that they are made from.",
    "audit_watching.RowWords",
)
keep("crypto.keys", "Key ring", "Kept as long as anything is sealed under them.", "crypto.KeyVersion")
keep("jobs.history", "Jobs", "Kept: what was asked for, by whom, and how it ended.", "jobs.Job", "jobs.JobAttempt")
keep("jobs.schedule", "Schedule", "Kept: what runs by the clock and how the last run went.", "jobs.ScheduleEntry")
keep("secret_store.secrets", "Secrets", "Kept until somebody deletes them.", "secret_store.StoredSecret")
keep(
    "rest.limited",
    "Counts of requests over the limit",
    "Removed within two minutes, when the audit log tells them.",
    "rest.LimitedRequests",
)
keep(
    "throttling.paces",
    "Counts of sign-ins while Valkey was away",
    "Removed within an hour, once the caller owes nothing any more.",
    "throttling.Pace",
)


@classes.register("rest.answers")
class StoredAnswers(Lifecycle):
    """Answers under an Idempotency-Key."""

    label = "Answers kept for repeated requests"
    rule = "Removed 24 hours after the request."
    covers = frozenset({"rest.StoredAnswer"})

    def due(self) -> int:
        return outdated().count()

    def remove(self, *, actor: Actor) -> int:
        return remove_outdated()


keep(
    "retention.policies",
    "Retention policies, their changes and runs",
    "Kept: proof of how long data was kept, who decided so, and what was removed when. Numbers, no data.",
    "retention.RetentionPolicy",
    "retention.PolicyChange",
    "retention.RetentionRun",
)
