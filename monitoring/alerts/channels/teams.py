"""Microsoft Teams through a workflow's incoming webhook, which takes Adaptive Cards."""

import json

from modelops.lib import outbound

from .answers import post
from .base import Channel, Field, Message, Receipt, channels
from .webhook import check_address

_COLOURS = {"critical": "attention", "high": "attention", "medium": "warning", "low": "accent", "info": "accent"}
LINE_LIMIT = 1000
_SPECIAL = "\\`*_{}[]()#+-!|>~"


def plain(text: str) -> str:
    """Text blocks read Markdown: what is special there stands for itself, so that a title can hide no link."""
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in text)


def payload(message: Message) -> dict[str, object]:
    """The message as a card."""
    colour = "good" if message.is_over else _COLOURS.get(message.severity, "default")
    head = {"type": "TextBlock", "size": "large", "weight": "bolder", "wrap": True, "color": colour}
    body: list[dict[str, object]] = [{**head, "text": plain(message.graded_headline)}]
    body += [{"type": "TextBlock", "wrap": True, "text": plain(line[:LINE_LIMIT])} for line in message.lines()]
    opened = f"{message.opened_at:%Y-%m-%d %H:%M} UTC"
    facts = (("State", message.state), ("Seen", f"{message.count}×"), ("Opened", opened))
    body.append({"type": "FactSet", "facts": [{"title": title, "value": value} for title, value in facts]})
    addresses = [("Open in the portal", message.url)] if message.url else []
    actions = [{"type": "Action.OpenUrl", "title": words, "url": url} for words, url in [*addresses, *message.links]]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": actions,
    }
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "content": card}]}


@channels.register("teams")
class Teams(Channel):
    """One POST to the webhook of a workflow."""

    label = "Microsoft Teams"
    description = "Posts a card to a Teams channel through a workflow's webhook."
    fields = (
        Field(
            "url",
            "Webhook address",
            "From the workflow “Post to a channel when a webhook request is received”; it is kept secret.",
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
        return message.graded_headline, "\n".join(line[:LINE_LIMIT] for line in message.lines())

    def send(self, message: Message) -> Receipt:
        content = json.dumps(payload(message)).encode()
        return post(self.config["url"], content=content, headers={}, allow_private=self.allow_private)
