"""What the desk tells the ledger about the ledger."""

from compliance.audit import define

VERIFIED = define(
    "audit.ledger.verified",
    "verified {rows} of {size} rows of the ledger: {result}",
    "rows", "size", "root", "result", "findings", "first_bad_row", "checkpoints", "anchored_size",
    category="system", ocsf="compliance_finding.create",
)  # fmt: skip
VERIFICATION_ASKED = define(
    "audit.verification.asked", "asked to verify the whole ledger", category="system", ocsf="scheduled_job.create"
)
PROOF_SHOWN = define(
    "audit.proof.shown", "read the proof of row {seq}", "seq", category="security", ocsf="datastore.read"
)
