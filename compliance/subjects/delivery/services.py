"""Sending the link, and giving the bundle for the code: once, within seven days, after at most five tries.

The code is shown to the officer once and stored nowhere: whoever types it gives the portal what the ZIP is locked with.
"""

import datetime as dt
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, DomainError, Invalid, NotFound

from ..models import BundleDelivery, State, SubjectBundle, SubjectRequest
from ..one_time_links import count_wrong, digest, mail
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
        link_digest=digest(link),
        code_digest=digest(link, code),
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
    mail(
        request,
        link,
        page="subjects:fetch",
        subject="your data",
        text="subjects/mail/bundle.txt",
        facts={"until": delivery.expires_at},
    )
    return Sent(delivery, code)


def open_delivery(link: str) -> BundleDelivery:
    """The delivery behind a link. Raises NotFound for one that is unknown, used, used up or too old: not which."""
    rows = BundleDelivery.objects.filter(link_digest=digest(link), ended_at=None, expires_at__gt=timezone.now())
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
        if hmac.compare_digest(digest(link, code), bytes(delivery.code_digest)):
            content = _take(delivery, bundle)
        else:
            # Counted in this transaction, and refused after it: a refusal would take the count back.
            message = "That is not the code of this link."
            refusal = count_wrong(delivery, bundle.request, FETCH_FAILED, WrongCode, message)
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
