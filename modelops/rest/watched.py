"""What the database watches of the REST interface."""

from compliance.audit.watching import exempt

exempt(
    "Answers and counters kept for a day at most; no fact is held in them.",
    "rest.LimitedRequests",
    "rest.StoredAnswer",
)
