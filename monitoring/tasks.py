"""Celery entry points and job handlers of monitoring."""

from monitoring.alerts import tasks as alerts
from monitoring.drift import tasks as drift

__all__ = ["alerts", "drift"]
