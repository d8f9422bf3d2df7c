"""What monitoring keeps about people."""

from monitoring.alerts import personal_data as alerts
from monitoring.drift import personal_data as drift

__all__ = ["alerts", "drift"]
