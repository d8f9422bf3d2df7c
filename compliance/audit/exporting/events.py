"""What the ledger records of its own exports."""

from ..events import define

EXPORT_STARTED = define(
    "audit.export.started",
    "began to export rows of the ledger up to {size} as {form}: {selection}",
    "form", "selection", "size",
    category="security", ocsf="event_log.export",
)  # fmt: skip
EXPORT_FINISHED = define(
    "audit.export.finished",
    "exported {rows} rows of the ledger as {form} (SHA-256 {sha256})",
    "form", "rows", "sha256",
    category="security", ocsf="event_log.export",
)  # fmt: skip
REPORT_MADE = define(
    "audit.report.made",
    "made the report of the ledger from {since} to {until} ({form})",
    "form", "since", "until",
    category="security", ocsf="event_log.export",
)  # fmt: skip
