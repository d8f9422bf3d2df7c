"""Opsgenie through its Alert API; the alert's key is the alias that makes one alert of its repeats."""

import json
from urllib.parse import quote

from modelops.lib import outbound

from .answers import post
from .base import Channel, Field, Message, Receipt, channels
from .webhook import check_address

DEFAULT_URL = "https://api.opsgenie.com/v2/alerts"
_PRIORITIES = {"critical": "P1", "high": "P2", "medium": "P3", "low": "P4", "info": "P5"}
# Limits of the API: message, alias, description.
MESSAGE_LIMIT, ALIAS_LIMIT, DESCRIPTION_LIMIT = 130, 512, 15_000


def payload(message: Message) -> dict[str, object]:
    """The alert as Opsgenie takes it."""
    details = {"state": message.state, "count": str(message.count), "url": message.url}
    return {
        "message": message.headline[:MESSAGE_LIMIT],
        "alias": (message.key or message.delivery_id)[:ALIAS_LIMIT],
        "description": "\n".join(message.lines())[:DESCRIPTION_LIMIT],
        "priority": _PRIORITIES.get(message.severity, "P5"),
        "source": "modelops",
        "tags": [message.severity],
        "details": {name: value for name, value in details.items() if value},
    }


@channels.register("opsgenie")
class Opsgenie(Channel):
    """One POST per message."""

    label = "Opsgenie"
    description = "Opens an Opsgenie alert whose alias is the alert's key."
    keeps_incidents = True
    fields = (
        Field("api_key", "API key", "Of an API integration that may create alerts.", secret=True, max_length=100),
        Field(
            "url", "Address", "https://api.eu.opsgenie.com/v2/alerts in the EU.", required=False, default=DEFAULT_URL
        ),
    )

    def check(self) -> None:
        check_address(self.config["url"], self.allow_private)

    def destination(self) -> str:
        return outbound.parse_url(self.config["url"]).authority

    def send(self, message: Message) -> Receipt:
        headers = {"Authorization": f"GenieKey {self.config['api_key']}"}
        said, url = payload(message), self.config["url"]
        if message.is_over:
            end: dict[str, object] = {"source": "modelops"}
            if message.own_title or message.own_body:
                end["note"] = "\n".join(part for part in (message.own_title, message.own_body) if part)
            said, url = end, f"{url}/{quote(str(said['alias']), safe='')}/close?identifierType=alias"
        content = json.dumps(said).encode()
        return post(url, content=content, headers=headers, allow_private=self.allow_private)
