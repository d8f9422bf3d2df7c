"""A receiver of HTTP requests, on a machine of somebody else."""

import hashlib

from django.conf import settings

from modelops.lib.outbound import ReceiverRefused, ReceiverUnreachable, post

from .base import Anchor, AnchorFailed


class WebhookAnchor(Anchor):
    """One POST a minute at most, with the note as its body. The key makes a repeated one recognisable."""

    name = "webhook"
    every_s = 60

    def __init__(self, url: str) -> None:
        self.url = url

    def write(self, size: int, note: str) -> None:
        headers = {
            "Content-Type": "text/plain; charset=utf-8",
            "User-Agent": "modelops-audit",
            "Idempotency-Key": hashlib.sha256(note.encode()).hexdigest(),
        }
        try:
            answer = post(
                self.url,
                content=note.encode(),
                headers=headers,
                allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS,
            )
        except (ReceiverRefused, ReceiverUnreachable) as error:
            raise AnchorFailed(f"The webhook for checkpoints failed: {error}", code="anchor.webhook_failed") from None
        if not 200 <= answer.code < 300:
            raise AnchorFailed(
                f"The webhook for checkpoints answered {answer.code}; a 2xx is expected.", code="anchor.webhook_refused"
            )
