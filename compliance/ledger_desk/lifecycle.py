"""How long what the desk keeps is kept."""

from compliance.retention import keep

from . import addresses, streams  # noqa: F401  declare how long addresses and streams are kept

keep(
    "ledger_desk.verifications",
    "Verifications of the audit log",
    "Kept: when the ledger was proven, and what was found, is evidence.",
    "ledger_desk.Verification",
)
