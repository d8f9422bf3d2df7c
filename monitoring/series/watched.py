"""What the database watches of metric series."""

from compliance.audit.watching import exempt

exempt("Written many points at once; each request has one event.", "series.Series", "series.Point")
