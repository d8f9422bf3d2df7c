"""Models of monitoring: drift runs; alerts, channels and deliveries."""

from .alerts import Alert, AlertChannel, AlertDelivery, AlertOccurrence
from .drift import DriftFeature, DriftRun

__all__ = ["Alert", "AlertChannel", "AlertDelivery", "AlertOccurrence", "DriftFeature", "DriftRun"]
