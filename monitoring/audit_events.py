"""What monitoring writes to the audit ledger."""

from monitoring.alerts import audit_events as alerts
from monitoring.drift import audit_events as drift

__all__ = ["alerts", "drift"]
