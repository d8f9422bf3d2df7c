"""Slack, or anything that takes Slack's incoming webhooks (Mattermost, Rocket.Chat)."""

import json

from modelops.lib import outbound

from .answers import post
from .base import Channel, Field, Message, Receipt, channels
from .webhook import check_address

# Slack's own limits: 150 characters in a header block, 3000 in a section.
HEADER_LIMIT = 150
SECTION_LIMIT = 3000


def escape(text: str) -> str:
    """Slack's three control characters as entities, so that a title cannot mention everybody or disguise a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def payload(message: Message) -> dict[str, object]:
    """The message as Block Kit, with a plain sentence for notifications."""
    head, said = Slack.said(message)
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": {"type": "plain_text", "text": head, "emoji": False}},
    ]
    if said:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": escape(said), "verbatim": True}})
    facts = f"State: {message.state} · seen {message.count}× · opened {message.opened_at:%Y-%m-%d %H:%M} UTC"
    if message.url:
        facts += f" · <{message.url}|Open in the portal>"
    facts += "".join(f" · <{url}|{words}>" for words, url in message.links)
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": facts}]})
    return {"text": escape(message.graded_headline), "blocks": blocks}


@channels.register("slack")
class Slack(Channel):
    """One POST to an incoming webhook."""

    label = "Slack"
    description = "Posts to a channel through an incoming webhook; Mattermost and Rocket.Chat take the same."
    fields = (
        Field(
            "url",
            "Incoming webhook address",
            "Looks like https://hooks.slack.com/services/…; whoever knows it can post, so it is kept secret.",
            kind="url",
            secret=True,
            aliases=("webhook_url",),
        ),
    )

    def check(self) -> None:
        check_address(self.config["url"], self.allow_private)

    def destination(self) -> str:
        return outbound.parse_url(self.config["url"]).authority

    @classmethod
    def said(cls, message: Message) -> tuple[str, str]:
        # Cut first, then escape: an entity cut in half would show as rubbish. Escaping makes at most five of one.
        text = _short("\n".join(message.lines()), SECTION_LIMIT // 5)
        return _short(message.graded_headline, HEADER_LIMIT), text

    def send(self, message: Message) -> Receipt:
        return post(
            self.config["url"],
            content=json.dumps(payload(message)).encode(),
            headers={},
            allow_private=self.allow_private,
        )
