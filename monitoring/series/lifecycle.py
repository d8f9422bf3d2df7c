"""How long metric series are kept."""

from compliance.retention import keep

keep(
    "series.points",
    "Metric series",
    "Kept as long as the model: what it was worth, and when. Numbers without personal data.",
    "series.Series",
    "series.Point",
)
