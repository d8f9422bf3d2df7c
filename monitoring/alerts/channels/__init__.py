"""The ways by which an alert leaves the portal; importing this package registers every kind."""

from . import (  # noqa: F401  each registers its kind
    apprise,
    email,
    ntfy,
    on_call,
    opsgenie,
    pagerduty,
    slack,
    sms,
    syslog,
    teams,
    webhook,
)
from .base import Channel, DeliveryFailed, Field, Message, Receipt, channels

__all__ = ["Channel", "DeliveryFailed", "Field", "Message", "Receipt", "channels"]
