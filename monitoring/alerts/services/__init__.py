"""Every change of state of alerts, channels and deliveries."""

from .delivery import send_again, send_test
from .dispatch import deliver_due
from .follow_up import follow_up
from .handling import comment, snooze, take_over
from .lifecycle import About, Source, acknowledge, raise_alert, resolve
from .receivers import Hours, create_channel, kind_of, open_channel, set_enabled, shown_config
from .reporting import report

__all__ = [
    "About",
    "Hours",
    "Source",
    "acknowledge",
    "comment",
    "create_channel",
    "deliver_due",
    "follow_up",
    "kind_of",
    "open_channel",
    "raise_alert",
    "report",
    "resolve",
    "send_again",
    "send_test",
    "set_enabled",
    "shown_config",
    "snooze",
    "take_over",
]
