"""Signed JSON to any HTTP receiver."""

import hashlib
import hmac
import json
import time

from modelops.lib import outbound

from .answers import post
from .base import Channel, Field, Message, Receipt, channels

SIGNATURE_HEADER = "X-ModelOps-Signature"


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The signature header: HMAC-SHA256 over ``timestamp.body``, so that an old message cannot be sent again."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def payload(message: Message) -> dict[str, object]:
    """The document that a webhook carries: ids and texts of the alert, no personal data."""
    own = {"title": message.own_title, "body": message.own_body}
    return {
        "delivery_id": message.delivery_id,
        "event": message.event,
        **({"text": own} if any(own.values()) else {}),
        "alert": {
            "id": message.alert_id,
            "key": message.key,
            "title": message.title,
            "body": message.body,
            "severity": message.severity,
            "state": message.state,
            "count": message.count,
            "opened_at": message.opened_at.isoformat(),
            "url": message.url,
            "source": {"type": message.source_type, "id": message.source_id},
            "details": dict(message.details),
            "runbook_url": message.runbook_url,
        },
        "group": {"key": message.group, "others": message.others, "titles": list(message.other_titles)},
        "why": message.why,
        "links": [{"label": words, "url": url} for words, url in message.links],
    }


@channels.register("webhook")
class Webhook(Channel):
    """One POST per message; anything but 2xx is tried again or given up as the answer says."""

    label = "Webhook"
    description = "Posts signed JSON to an HTTP receiver of yours."
    fields = (
        Field(
            "url",
            "Address",
            "The https address that takes the message. It is kept secret because such addresses often hold a token.",
            kind="url",
            secret=True,
        ),
        Field(
            "secret",
            "Signing secret",
            "The receiver checks the X-ModelOps-Signature header with it. Leave empty to send unsigned.",
            required=False,
            secret=True,
            max_length=200,
        ),
    )

    def check(self) -> None:
        check_address(self.config["url"], self.allow_private)

    def destination(self) -> str:
        return outbound.parse_url(self.config["url"]).authority

    @classmethod
    def said(cls, message: Message) -> tuple[str, str]:
        return message.own_title, message.own_body

    def send(self, message: Message) -> Receipt:
        body = json.dumps(payload(message), separators=(",", ":")).encode()
        headers = {"X-ModelOps-Delivery": message.delivery_id, "X-ModelOps-Event": message.event}
        if secret := self.config.get("secret"):
            headers[SIGNATURE_HEADER] = sign(secret, int(time.time()), body)
        return post(self.config["url"], content=body, headers=headers, allow_private=self.allow_private)


def check_address(url: str, allow_private: bool) -> None:
    """Refuse an address that may never be called. A name that is unknown just now is left to the first delivery."""
    receiver = outbound.parse_url(url)
    try:
        outbound.resolve(receiver.host, allow_private=allow_private, timeout_s=2)
    except outbound.ReceiverUnreachable:
        return
