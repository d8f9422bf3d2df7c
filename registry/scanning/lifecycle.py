"""How long verdicts are kept."""

from compliance.retention import keep

keep(
    "scanning.verdicts",
    "Scans of files and their verdicts",
    "Kept as long as the file: by which rules it was given out must stay provable.",
    "scanning.Inspection",
    "scanning.Verdict",
)
