"""Every change of state of alerts, channels and deliveries."""

from .delivery import send_test
from .dispatch import deliver_due
from .lifecycle import Source, acknowledge, raise_alert, resolve
from .receivers import create_channel, kind_of, open_channel, set_enabled, shown_config

__all__ = [
    "Source",
    "acknowledge",
    "create_channel",
    "deliver_due",
    "kind_of",
    "open_channel",
    "raise_alert",
    "resolve",
    "send_test",
    "set_enabled",
    "shown_config",
]
