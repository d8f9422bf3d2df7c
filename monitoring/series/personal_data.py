"""What metric series keep about people: nothing."""

from compliance.subjects.providers import exempt

exempt("series.Series", "It names a metric of a model and its newest value.")
exempt("series.Point", "It is one number of a metric.")
