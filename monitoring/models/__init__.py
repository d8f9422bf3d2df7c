"""Models of monitoring: drift runs; alerts, channels and deliveries."""

from .alerts import Alert, AlertChannel, AlertDelivery, AlertOccurrence, ChannelSecret
from .drift import DriftFeature, DriftRun

__all__ = [
    "Alert",
    "AlertChannel",
    "AlertDelivery",
    "AlertOccurrence",
    "ChannelSecret",
    "DriftFeature",
    "DriftRun",
]
