"""What the ledger records about reviews."""

from compliance.audit import define

REVIEW_OPENED = define(
    "reviews.review.opened",
    "opened the access review of {month}: {lines} lines of {reads} reads and {rights} rights",
    "month", "lines", "reads", "rights", "seed",
    category="security", ocsf="compliance_finding.create",
)  # fmt: skip
LINE_DECIDED = define(
    "reviews.line.decided",
    "decided to {decision} line {line} of the access review of {month}",
    "month", "line", "decision", "key",
    category="security", ocsf="compliance_finding.update",
)  # fmt: skip
REVIEW_SIGNED = define(
    "reviews.review.signed",
    "signed the access review of {month}: {keep} kept, {withdraw} to be withdrawn, {explain} explained",
    "month", "keep", "withdraw", "explain",
    category="security", ocsf="compliance_finding.close",
)  # fmt: skip
