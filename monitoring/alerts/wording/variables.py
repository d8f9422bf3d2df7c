"""What a channel's text may name. All of it stands in the message anyway: nothing else becomes reachable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from monitoring.alerts.channels import Message
from monitoring.alerts.links import ACTIONS


@dataclass(frozen=True)
class Told:
    """A message on its way through a channel, and what it is about to tell."""

    message: Message
    channel: str
    occasion: str


@dataclass(frozen=True)
class Variable:
    """One name: what it stands for, in words and as text."""

    words: str
    value: Callable[[Told], str]


def _link(told: Told, action: str) -> str:
    return dict(told.message.links).get(ACTIONS[action], "")


VARIABLES: Final[Mapping[str, Variable]] = {
    "alert.title": Variable("its title", lambda told: told.message.title),
    "alert.body": Variable("what it says besides", lambda told: told.message.body),
    "alert.details": Variable(
        "its figures, one name: value a line",
        lambda told: "\n".join(f"{name}: {value}" for name, value in told.message.details.items()),
    ),
    "alert.state": Variable("open, acknowledged or resolved", lambda told: told.message.state),
    "alert.count": Variable("how often it was seen", lambda told: str(told.message.count)),
    "alert.key": Variable("what repeats of the same trouble have in common", lambda told: told.message.key),
    "alert.number": Variable("the end of its id, to find it by", lambda told: told.message.alert_id[-8:]),
    "alert.opened_at": Variable(
        "when it opened, as 2026-11-22 09:30 UTC", lambda told: f"{told.message.opened_at:%Y-%m-%d %H:%M} UTC"
    ),
    "alert.url": Variable("address of its page in the portal", lambda told: told.message.url),
    "alert.runbook_url": Variable("address of what to do about it", lambda told: told.message.runbook_url),
    "severity": Variable("info, low, medium, high or critical", lambda told: told.message.severity),
    "severity.upper": Variable("the same in capitals", lambda told: told.message.severity.upper()),
    "group.key": Variable("the group whose alerts are told in one message", lambda told: told.message.group),
    "group.others": Variable(
        "how many further alerts of the group the message tells of; empty for none",
        lambda told: str(told.message.others or ""),
    ),
    "group.titles": Variable(
        "the newest titles among them, one a line", lambda told: "\n".join(told.message.other_titles)
    ),
    "occasion": Variable("opened, repeated or resolved", lambda told: told.occasion),
    "why": Variable("why this channel gets the message", lambda told: told.message.why),
    "channel": Variable("name of the channel", lambda told: told.channel),
    "delivery.id": Variable("id of the delivery, the same at every attempt", lambda told: told.message.delivery_id),
    "link.acknowledge": Variable(
        "address that acknowledges the alert, good for one use", lambda told: _link(told, "acknowledge")
    ),
    "link.snooze": Variable(
        "address that snoozes the alert for an hour, good for one use", lambda told: _link(told, "snooze")
    ),
}
