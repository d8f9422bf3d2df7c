"""Every change of state of alerts, channels and deliveries."""

from .delivery import send_again, send_test
from .dispatch import deliver_due
from .follow_up import follow_up
from .handling import comment, snooze, take_over
from .lifecycle import acknowledge, resolve
from .opening import About, Sign, Source, raise_alert, raise_alerts
from .receivers import Hours, create_channel, kind_of, open_channel, set_enabled, shown_config
from .reporting import Report, report, report_many
from .wording import previews, set_texts

__all__ = [
    "About",
    "Hours",
    "Report",
    "Sign",
    "Source",
    "acknowledge",
    "comment",
    "create_channel",
    "deliver_due",
    "follow_up",
    "kind_of",
    "open_channel",
    "previews",
    "raise_alert",
    "raise_alerts",
    "report",
    "report_many",
    "resolve",
    "send_again",
    "send_test",
    "set_enabled",
    "set_texts",
    "shown_config",
    "snooze",
    "take_over",
]
