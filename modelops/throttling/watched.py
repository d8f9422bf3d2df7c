"""What the database watches of limits."""

from compliance.audit.watching import exempt

exempt("Counters of a minute under keyed digests; no fact is held in them.", "throttling.Pace")
