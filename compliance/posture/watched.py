"""What the database watches of the posture: nothing; the snapshots can only be added to."""

from compliance.audit.watching import append_only, exempt

exempt(
    "Written by the clock from rows that are watched: since when a check fails, and the score of each day.",
    "posture.OpenFinding",
    "posture.DayScore",
    "posture.DeployCheck",
)
append_only("posture.PostureSnapshot")
