"""What the database watches of the posture: nothing, since it holds no fact of its own."""

from compliance.audit.watching import exempt

exempt(
    "Written by the clock from rows that are watched: since when a check fails, and the score of each day.",
    "posture.OpenFinding",
    "posture.DayScore",
)
