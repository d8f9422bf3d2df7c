"""What the ledger records about metric series: one row a request."""

from compliance.audit import define

POINTS_RECEIVED = define(
    "series.points.received",
    "sent {points} points of {series} metrics of {model}",
    "model", "points", "series", "ignored",
    category="data", ocsf="entity.create",
)  # fmt: skip
METRICS_VIEWED = define(
    "series.metrics.viewed",
    "looked at the metrics of {model}",
    "model",
    category="model", ocsf="entity.read",
)  # fmt: skip
