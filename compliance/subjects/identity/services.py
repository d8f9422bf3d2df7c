"""Sending the link, and taking the code: five tries. While the person is asked, the clock stands still."""

import datetime as dt
import hmac
import secrets
from typing import Final

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, DomainError, Invalid, NotFound

from ..audit_events import IDENTITY_CONFIRMED
from ..models import IdentityCheck, State, SubjectRequest
from ..one_time_links import count_wrong, digest, mail
from .audit_events import CHECK_FAILED, CHECK_SENT
from .clock import resume_clock

GOOD_FOR: Final = dt.timedelta(days=7)


class WrongCode(Invalid):
    """The code is not the one in the mail; the check counts it."""

    code = "identity.wrong_code"


@transaction.atomic
def send(request: SubjectRequest, *, actor: Actor) -> IdentityCheck:
    """Mail a link and a code to the address of the request, and stop its clock until the person answers.

    An earlier link ends. Raises Conflict where there is nothing to confirm or no address, Unavailable when the mail
    cannot be sent: nothing is changed then.
    """
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state != State.RECEIVED:
        raise Conflict(
            f"{request} is {request.get_state_display().lower()}; its identity is not asked for again.",
            code="subject_request.wrong_state",
        )
    if not request.subject_email:
        raise Conflict(
            f"{request} names no e-mail address. Confirm the identity in another way and write down how.",
            code="identity.no_address",
        )
    IdentityCheck.objects.filter(request=request, ended_at=None).update(ended_at=timezone.now())
    link, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**8):08d}"
    check = IdentityCheck.objects.create(
        request=request,
        link_digest=digest(link),
        code_digest=digest(link, code),
        expires_at=timezone.now() + GOOD_FOR,
    )
    if request.waiting_since is None:
        request.waiting_since = timezone.now()
        request.save(update_fields=["waiting_since"])
    record(CHECK_SENT, request, actor=actor, reference=request.reference)
    facts = {"kind": request.get_kind_display(), "code": code, "days": GOOD_FOR.days}
    mail(
        request,
        link,
        page="subjects:confirm",
        subject="confirm your address",
        text="subjects/mail/identity.txt",
        facts=facts,
    )
    return check


def open_check(link: str) -> IdentityCheck:
    """The check behind a link. Raises NotFound for one that is unknown, used, used up or too old: it says not which."""
    rows = IdentityCheck.objects.filter(link_digest=digest(link), ended_at=None, expires_at__gt=timezone.now())
    check = rows.select_related("request").first()
    if check is None:
        raise NotFound(
            "This link is not good any more: it works once, for seven days and five codes. Ask for another.",
            code="identity.link_over",
        )
    return check


def confirm(link: str, code: str) -> SubjectRequest:
    """Take the code of a link and confirm the identity. Raises WrongCode, NotFound after the fifth."""
    refusal: DomainError | None = None
    with transaction.atomic():
        check = IdentityCheck.objects.select_for_update(of=("self",)).get(pk=open_check(link).pk)
        if check.ended_at is not None:
            open_check(link)
        request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=check.request_id)
        if hmac.compare_digest(digest(link, code.strip().replace(" ", "")), bytes(check.code_digest)):
            check.ended_at = timezone.now()
            check.save(update_fields=["ended_at"])
            if request.state == State.RECEIVED:
                _confirmed(request)
        else:
            # Counted in this transaction, and refused after it: a refusal would take the count back.
            refusal = count_wrong(check, request, CHECK_FAILED, WrongCode, "That is not the code in the mail.")
    if refusal is not None:
        raise refusal
    return request


def _confirmed(request: SubjectRequest) -> None:
    now = timezone.now()
    request.state, request.identity_confirmed_at = State.IDENTITY_CONFIRMED, now
    request.identity_note = "Link and code from the mail to the address of the request."
    resume_clock(request)
    request.save(update_fields=["state", "identity_confirmed_at", "identity_note", "waiting_since", "due_at"])
    record(IDENTITY_CONFIRMED, request, actor=Actor.anonymous(), reference=request.reference)
