"""What the ledger records about impact assessments: that one was signed and how it ended, never what it says."""

from compliance.audit import define

ASSESSMENT_SIGNED = define(
    "cards.assessment.signed",
    "signed impact assessment {number} of {name} ({risk_class}): {decision}",
    "name", "number", "risk_class", "decision", "digest",
    category="model", ocsf="entity.create",
)  # fmt: skip
