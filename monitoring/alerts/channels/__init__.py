"""The ways by which an alert leaves the portal; importing this package registers every kind."""

from . import email, ntfy, opsgenie, pagerduty, slack, sms, syslog, teams, webhook  # noqa: F401  each registers its kind
from .base import Channel, DeliveryFailed, Field, Message, Receipt, channels

__all__ = ["Channel", "DeliveryFailed", "Field", "Message", "Receipt", "channels"]
