"""How long quality results are kept."""

from compliance.retention import keep

keep(
    "dataquality.runs",
    "Quality runs and their issues",
    "Kept: the history that later runs are compared with.",
    "dataquality.QualityRun",
    "dataquality.QualityIssue",
)
