"""Mail to auditors: what lies in their mailboxes is out of reach."""

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage

from ..note import parse
from .base import Anchor, AnchorFailed

_TEXT = """\
This is a checkpoint of the audit log. Keep this message: with it, nobody can rewrite what the log held until now
without being found out. How to check it: docs/reference/audit-log.md

{note}"""


class MailAnchor(Anchor):
    """One message an hour at most; each covers all before it."""

    name = "mail"
    every_s = 3600

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = list(addresses)

    def write(self, size: int, note: str) -> None:
        origin = parse(note).head.origin
        message = EmailMessage(f"Audit checkpoint {size} of {origin}", _TEXT.format(note=note), to=self.addresses)
        try:
            message.send()
        except (smtplib.SMTPException, OSError) as error:
            # The server's words may repeat addresses.
            code = getattr(error, "smtp_code", None)
            raise AnchorFailed(
                f"The mail server did not take the checkpoint ({code or type(error).__name__}). Check EMAIL_HOST and "
                "MODELOPS_ANCHOR_MAIL.",
                code="anchor.mail_refused",
            ) from None
