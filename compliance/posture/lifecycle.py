"""How long figures of the posture are kept."""

from compliance.retention import keep

keep(
    "posture.figures",
    "Posture of models and pipelines",
    "Scores of 400 days, which the clock cuts off; an open finding goes when its check holds again.",
    "posture.OpenFinding",
    "posture.DayScore",
    "posture.DeployCheck",
)
keep(
    "posture.snapshots",
    "Signed snapshots of the posture",
    "Kept: how things stood in each month, for auditors. Counts and findings, no data.",
    "posture.PostureSnapshot",
)
