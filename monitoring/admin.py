"""Admin of monitoring."""

from monitoring.alerts import admin as alerts
from monitoring.drift import admin as drift

__all__ = ["alerts", "drift"]
