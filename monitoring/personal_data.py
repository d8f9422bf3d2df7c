"""What monitoring keeps about people."""

from monitoring.alerts import personal_data as alerts

__all__ = ["alerts"]
