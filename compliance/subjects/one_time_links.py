"""Links that work once, with a code of their own: what is kept of both, wrong codes, and the mail that brings one."""

import hashlib
import smtplib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import DomainError, Invalid, NotFound, Unavailable

from .models import BundleDelivery, IdentityCheck, SubjectRequest
from .models.identity import TRIES


def digest(*parts: str) -> bytes:
    """What is kept of a link, or of a link and its code: neither can be read back."""
    return hashlib.sha256("\x00".join(parts).encode()).digest()


def count_wrong(
    row: IdentityCheck | BundleDelivery, request: SubjectRequest, event: Any, wrong: type[Invalid], message: str
) -> DomainError:
    """Count a wrong code, with its row in the ledger.

    Returns what the caller raises outside of the transaction, which would take the count back: ``wrong`` with the
    tries that are left, or after the last one that the link is over.
    """
    row.tries += 1
    left = TRIES - row.tries
    if left <= 0:
        row.ended_at = timezone.now()
    row.save(update_fields=["tries", "ended_at"])
    record(event, request, actor=Actor.anonymous(), outcome="denied", reference=request.reference, tries=row.tries)
    if left > 0:
        return wrong(f"{message} {left} more {'try' if left == 1 else 'tries'}.", field="code")
    area = wrong.code.split(".", 1)[0]
    return NotFound(f"{TRIES} wrong codes: this link is not good any more. Ask for another.", code=f"{area}.used_up")


def mail(request: SubjectRequest, link: str, *, page: str, subject: str, text: str, facts: Mapping[str, Any]) -> None:
    """Send the link to the address of the request; ``page`` is the name of its route, ``text`` a template.

    Raises Unavailable when no mail server takes it.
    """
    address = settings.MODELOPS_BASE_URL.rstrip("/") + reverse(page, args=[link])
    body = render_to_string(text, {"reference": request.reference, "page": address, **facts})
    try:
        send_mail(f"Your request {request.reference}: {subject}", body, None, [request.subject_email])
    except (OSError, smtplib.SMTPException):
        raise Unavailable(
            "The mail server did not take the mail; nothing was changed. Try again later.", code="mail.unavailable"
        ) from None
