"""What the ledger records about jobs: their end in failure or by somebody. Success is told by what the job did."""

from compliance.audit import define

JOB_FAILED = define(
    "jobs.job.failed", "job of kind {kind} failed", "kind", category="system", ocsf="application_error.general_error"
)
JOB_CANCELLED = define(
    "jobs.job.cancelled", "cancelled a job of kind {kind}", "kind", category="system", ocsf="scheduled_job.delete"
)
SCHEDULE_CHANGED = define(
    "jobs.schedule.changed",
    "set {task} to every {every_s} seconds, {state}",
    "task", "every_s", "state",
    category="system", ocsf="scheduled_job.update",
)  # fmt: skip
SCHEDULE_DECLARED = define(
    "jobs.schedule.declared",
    "brought the schedule in step with the program: added {added}, removed {removed}",
    "added", "removed",
    category="system", ocsf="scheduled_job.update",
)  # fmt: skip
MESSAGE_REFUSED = define(
    "jobs.message.refused",
    "a message in the queue was not acted on ({reason}): {task}",
    "reason", "task",
    category="security", ocsf="api.update",
)  # fmt: skip
