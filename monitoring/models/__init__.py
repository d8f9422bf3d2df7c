"""Models of monitoring: drift runs; alerts, channels and deliveries."""

from .alerts import Alert, AlertChannel, AlertDelivery
from .drift import DriftFeature, DriftRun

__all__ = ["Alert", "AlertChannel", "AlertDelivery", "DriftFeature", "DriftRun"]
