"""Which anchors the settings name. Asked for by the sealer alone: it has the credentials, and nobody else."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from modelops.lib import env
from modelops.lib.outbound import parse_url

from .base import Anchor
from .file import FileAnchor
from .mail import MailAnchor
from .s3 import S3Anchor
from .webhook import WebhookAnchor


def configured_anchors() -> list[Anchor]:
    """The anchors in the order in which they are written; the file is always among them.

    Raises ImproperlyConfigured or ReceiverRefused for a setting that cannot be used.
    """
    anchors: list[Anchor] = [FileAnchor(settings.MODELOPS_ANCHOR_FILE)]
    if settings.MODELOPS_ANCHOR_S3:
        key_id, secret = env.text("MODELOPS_ANCHOR_S3_KEY_ID", ""), env.secret("MODELOPS_ANCHOR_S3_SECRET")
        if not key_id or not secret:
            raise ImproperlyConfigured(
                "MODELOPS_ANCHOR_S3 needs MODELOPS_ANCHOR_S3_KEY_ID and MODELOPS_ANCHOR_S3_SECRET."
            )
        anchors.append(S3Anchor(settings.MODELOPS_ANCHOR_S3, key_id, secret))
    if settings.MODELOPS_ANCHOR_WEBHOOK:
        parse_url(settings.MODELOPS_ANCHOR_WEBHOOK)
        anchors.append(WebhookAnchor(settings.MODELOPS_ANCHOR_WEBHOOK))
    if settings.MODELOPS_ANCHOR_MAIL:
        anchors.append(MailAnchor(settings.MODELOPS_ANCHOR_MAIL))
    return anchors
