"""What the ledger records about jobs: their end in failure. Success is told by what the job did."""

from compliance.audit import define

JOB_FAILED = define("jobs.job.failed", "job of kind {kind} failed", "kind", category="system")
