"""PagerDuty through its Events API, version 2: the alert's key makes one incident of its repeats."""

import json

from modelops.lib import outbound

from .answers import post
from .base import Channel, Field, Message, Receipt, channels
from .webhook import check_address

DEFAULT_URL = "https://events.pagerduty.com/v2/enqueue"
_SEVERITIES = {"critical": "critical", "high": "error", "medium": "warning", "low": "info", "info": "info"}


def payload(message: Message, routing_key: str) -> dict[str, object]:
    """The event; the end of an alert resolves its incident."""
    details = {"state": message.state, "count": message.count, "text": "\n".join(message.lines())}
    event: dict[str, object] = {
        "routing_key": routing_key,
        "event_action": "resolve" if message.is_over else "trigger",
        "dedup_key": (message.key or message.delivery_id)[:255],
        "payload": {
            "summary": message.headline[:1024],
            "source": "modelops",
            "severity": _SEVERITIES.get(message.severity, "info"),
            "timestamp": message.opened_at.isoformat(),
            "group": message.group,
            "custom_details": details,
        },
    }
    if message.url:
        event["links"] = [{"href": message.url, "text": "Open in the portal"}]
    return event


@channels.register("pagerduty")
class PagerDuty(Channel):
    """One event per message."""

    label = "PagerDuty"
    description = "Opens an incident for each alert, and one only for its repeats."
    keeps_incidents = True
    fields = (
        Field("routing_key", "Integration key", "Of an Events API v2 integration.", secret=True, max_length=100),
        Field("url", "Address", "Leave it unless you have another region.", required=False, default=DEFAULT_URL),
    )

    def check(self) -> None:
        check_address(self.config["url"], self.allow_private)

    def destination(self) -> str:
        return outbound.parse_url(self.config["url"]).authority

    def send(self, message: Message) -> Receipt:
        content = json.dumps(payload(message, self.config["routing_key"])).encode()
        return post(self.config["url"], content=content, headers={}, allow_private=self.allow_private)
