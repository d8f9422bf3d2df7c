"""ntfy: push messages to phones through a topic, as JSON to the root of a server."""

import json

from modelops.lib import outbound

from .answers import post
from .base import Channel, Field, Message, Receipt, channels
from .webhook import check_address

DEFAULT_URL = "https://ntfy.sh"
_PRIORITIES = {"critical": 5, "high": 4, "medium": 3, "low": 2, "info": 2}
# ntfy makes an attachment of longer ones.
TITLE_LIMIT, TEXT_LIMIT = 250, 3500
MOST_ACTIONS = 3


def payload(message: Message, topic: str) -> dict[str, object]:
    """The message with its links as buttons."""
    title, text = Ntfy.said(message)
    said: dict[str, object] = {
        "topic": topic,
        "title": title,
        "message": text,
        "priority": _PRIORITIES.get(message.severity, 3),
        "tags": ["white_check_mark" if message.is_over else "warning"],
    }
    if message.url:
        said["click"] = message.url
    actions = [{"action": "view", "label": words, "url": url} for words, url in message.links[:MOST_ACTIONS]]
    return {**said, "actions": actions} if actions else said


@channels.register("ntfy")
class Ntfy(Channel):
    """One POST per message."""

    label = "ntfy"
    description = "Pushes to phones and desktops through a topic of ntfy.sh or of your own server."
    fields = (
        Field("topic", "Topic", "Whoever knows it can read along, so it is kept secret.", secret=True, max_length=64),
        Field("url", "Server", required=False, default=DEFAULT_URL),
        Field("token", "Access token", "Only for topics that are protected.", required=False, secret=True),
    )

    def check(self) -> None:
        check_address(self.config["url"], self.allow_private)

    def destination(self) -> str:
        return outbound.parse_url(self.config["url"]).authority

    @classmethod
    def said(cls, message: Message) -> tuple[str, str]:
        text = "\n".join(message.lines()) or message.headline
        return message.graded_headline[:TITLE_LIMIT], text[:TEXT_LIMIT]

    def send(self, message: Message) -> Receipt:
        token = self.config.get("token")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = json.dumps(payload(message, self.config["topic"])).encode()
        return post(self.config["url"], content=content, headers=headers, allow_private=self.allow_private)
