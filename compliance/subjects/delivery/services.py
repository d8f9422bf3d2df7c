"""Sending the link, and giving the bundle for the code: once, within seven days, after at most five tries.

The code is shown to the officer once and stored nowhere: whoever types it gives the portal what the ZIP is locked with.
"""

import datetime as dt
import hashlib
import hmac
import secrets
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, DomainError, Invalid, NotFound, Unavailable

from ..models import BundleDelivery, State, SubjectBundle, SubjectRequest
from ..models.identity import TRIES
from .audit_events import BUNDLE_FETCHED, BUNDLE_SENT, FETCH_FAILED
from .codes import new_code, read_code
from .zip_encryption import encrypted

GOOD_FOR: Final = dt.timedelta(days=7)


class WrongCode(Invalid):
    """The code is not the one of the link; the delivery counts it."""

    code = "delivery.wrong_code"


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery, and its code, which is known at this moment alone."""

    delivery: BundleDelivery
    code: str

    def __repr__(self) -> str:
        return "<Sent>"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The encrypted archive on its way to the person."""

    filename: str
    pieces: Iterator[bytes]


def latest(bundle: SubjectBundle) -> BundleDelivery | None:
    """The newest delivery of a bundle."""
    return BundleDelivery.objects.filter(bundle=bundle).first()


@transaction.atomic
def send(request: SubjectRequest, *, actor: Actor) -> Sent:
    """Mail the link to the person; the answer holds the code, which goes to them another way. An earlier link ends.

    Raises Conflict without a bundle or an address, Unavailable when the mail cannot be sent: nothing is changed then.
    """
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    bundle = SubjectBundle.objects.filter(request=request).defer("sealed").first()
    if request.state != State.READY or bundle is None or not bundle.is_available:
        raise Conflict(f"{request} has no bundle that could be sent; collect the data first.", code="bundle.missing")
    if not request.subject_email:
        raise Conflict(
            f"{request} names no e-mail address. Download the bundle and hand it over in another way.",
            code="delivery.no_address",
        )
    now = timezone.now()
    BundleDelivery.objects.filter(bundle__request=request, ended_at=None).update(ended_at=now)
    link, code = secrets.token_urlsafe(32), new_code()
    delivery = BundleDelivery.objects.create(
        bundle=bundle,
        link_digest=_digest(link),
        code_digest=_digest(link, code),
        expires_at=min(now + GOOD_FOR, bundle.expires_at),
    )
    record(
        BUNDLE_SENT,
        request,
        actor=actor,
        reference=request.reference,
        until=delivery.expires_at.date().isoformat(),
        sha256=bundle.sha256,
    )
    _mail(request, link, delivery)
    return Sent(delivery, code)


def open_delivery(link: str) -> BundleDelivery:
    """The delivery behind a link. Raises NotFound for one that is unknown, used, used up or too old: not which."""
    rows = BundleDelivery.objects.filter(link_digest=_digest(link), ended_at=None, expires_at__gt=timezone.now())
    found = rows.filter(bundle__removed_at=None, bundle__request__state=State.READY).first()
    if found is None:
        raise NotFound(
            "This link is not good any more: it works once, for seven days and five codes. Ask for another.",
            code="delivery.link_over",
        )
    return found


def fetch(link: str, typed: str) -> Fetched:
    """Take the code and give the archive, locked with the same code. The ledger has its row, committed, before.

    Raises WrongCode, NotFound after the fifth.
    """
    refusal: DomainError | None = None
    content = b""
    with transaction.atomic(durable=True):
        delivery = BundleDelivery.objects.select_for_update(of=("self",)).get(pk=open_delivery(link).pk)
        open_delivery(link)  # again under the lock: somebody else may have used it meanwhile
        bundle = SubjectBundle.objects.select_related("request").get(pk=delivery.bundle_id)
        code = read_code(typed)
        if hmac.compare_digest(_digest(link, code), bytes(delivery.code_digest)):
            content = _take(delivery, bundle)
        else:
            # Counted in this transaction, and refused after it: a refusal would take the count back.
            refusal = _failed(delivery, bundle.request)
    if refusal is not None:
        raise refusal
    return Fetched(f"{bundle.request.reference}.zip", encrypted(content, code))


def _take(delivery: BundleDelivery, bundle: SubjectBundle) -> bytes:
    content = envelope.unseal(bytes(bundle.sealed or b""), purpose=Purpose.FIELD, context=bundle.context)
    delivery.fetched_at = delivery.ended_at = timezone.now()
    delivery.save(update_fields=["fetched_at", "ended_at"])
    SubjectBundle.objects.filter(pk=bundle.pk).update(downloads=F("downloads") + 1)
    request = bundle.request
    said = {"reference": request.reference, "sha256": bundle.sha256}
    record(BUNDLE_FETCHED, request, actor=Actor.anonymous(), **said)
    return content


def _failed(delivery: BundleDelivery, request: SubjectRequest) -> DomainError:
    delivery.tries += 1
    over = delivery.tries >= TRIES
    if over:
        delivery.ended_at = timezone.now()
    delivery.save(update_fields=["tries", "ended_at"])
    said = {"reference": request.reference, "tries": delivery.tries}
    record(FETCH_FAILED, request, actor=Actor.anonymous(), outcome="denied", **said)
    if over:
        return NotFound(
            f"{TRIES} wrong codes: this link is not good any more. Ask for another.", code="delivery.used_up"
        )
    left = TRIES - delivery.tries
    return WrongCode(f"That is not the code of this link. {left} more {'try' if left == 1 else 'tries'}.", field="code")


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x00".join(parts).encode()).digest()


def _mail(request: SubjectRequest, link: str, delivery: BundleDelivery) -> None:
    page = settings.MODELOPS_BASE_URL.rstrip("/") + reverse("subjects:fetch", args=[link])
    facts = {"reference": request.reference, "page": page, "until": delivery.expires_at}
    body = render_to_string("subjects/mail/bundle.txt", facts)
    try:
        send_mail(f"Your request {request.reference}: your data", body, None, [request.subject_email])
    except (OSError, smtplib.SMTPException):
        raise Unavailable(
            "The mail server did not take the mail; nothing was changed. Try again later.", code="mail.unavailable"
        ) from None
