"""Which event tells of metric series."""

from compliance.audit.coverage import model

from .audit_events import POINTS_RECEIVED

model("series.Series", POINTS_RECEIVED)
model("series.Point", POINTS_RECEIVED)
