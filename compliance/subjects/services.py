"""Every change of a data-subject request."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor, record
from modelops import jobs
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid

from . import audit_events as events
from . import deadlines, stages
from .identity.clock import resume_clock
from .models import (
    KINDS_OF,
    ErasurePlan,
    Kind,
    PlanState,
    ReferenceCounter,
    Regime,
    State,
    SubjectBundle,
    SubjectRequest,
)
from .providers import Subject
from .reveal_reasons import RevealReason

COLLECT: Final = "subjects.collect"

_FIRST: Final = {
    State.RECEIVED: "confirm the identity of the person first",
    State.IDENTITY_CONFIRMED: "collect the data first",
    State.COLLECTING: "wait until the collection has ended",
    State.READY: "the bundle is ready to be handed over",
    State.DELIVERED: "it is answered and closed",
    State.REFUSED: "it is refused and closed",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A bundle on its way to the officer."""

    filename: str
    content: bytes


@transaction.atomic
def open_request(
    kind: str,
    subject: Subject,
    *,
    actor: Actor,
    regime: str = Regime.GDPR,
    received_at: dt.datetime | None = None,
) -> SubjectRequest:
    """Take in a request and start its clock, at ``received_at`` when it came in earlier than now.

    Raises Invalid for an unknown kind or regime, an address that is none, or a receipt in the future.
    """
    if kind not in Kind.values:
        raise Invalid(
            f"There is no request of kind {kind!r}; known: {', '.join(Kind.values)}.",
            code="subject_request.unknown_kind",
            field="kind",
        )
    if regime not in Regime.values:
        raise Invalid(
            f"There is no regime {regime!r}; known: {', '.join(Regime.values)}.",
            code="subject_request.unknown_regime",
            field="regime",
        )
    if kind not in KINDS_OF[Regime(regime)]:
        known = ", ".join(sorted(KINDS_OF[Regime(regime)]))
        raise Invalid(
            f"{regime} knows no request of kind {kind!r}; known: {known}.",
            code="subject_request.kind_of_another_regime",
            field="kind",
        )
    if subject.email:
        try:
            validate_email(subject.email)
        except ValidationError:
            raise Invalid(
                "The subject's e-mail is no address; write it like name@example.org.",
                code="subject.email_invalid",
                field="email",
            ) from None
    now = timezone.now()
    received_at = received_at or now
    if received_at > now:
        raise Invalid(
            "A request cannot be received in the future.", code="subject_request.not_yet", field="received_at"
        )
    request = SubjectRequest.objects.create(
        reference=_next_reference(now.year),
        kind=kind,
        regime=regime,
        subject_email=subject.email,
        subject_ref=subject.ref,
        received_at=received_at,
        due_at=deadlines.due_at(regime, received_at),
    )
    record(
        events.REQUEST_OPENED,
        request,
        actor=actor,
        reference=request.reference,
        kind=kind,
        regime=regime,
        due_on=request.due_at.date().isoformat(),
    )
    return request


@transaction.atomic
def confirm_identity(request: SubjectRequest, note: str, *, actor: Actor) -> SubjectRequest:
    """Record that the person is who they say; ``note`` tells how that was established."""
    request = _locked(request)
    _move(request, State.IDENTITY_CONFIRMED, expect={State.RECEIVED})
    request.identity_note = _required(note, "Write how the identity was confirmed.", "note")
    request.identity_confirmed_at = timezone.now()
    resume_clock(request)
    request.save(update_fields=["state", "identity_note", "identity_confirmed_at", "waiting_since", "due_at"])
    record(events.IDENTITY_CONFIRMED, request, actor=actor, reference=request.reference)
    return request


@transaction.atomic
def collect(request: SubjectRequest, *, actor: Actor) -> SubjectRequest:
    """Start the job that walks through all providers and makes the bundle. May be repeated until it is delivered."""
    request = _locked(request)
    if not request.has_bundle:
        raise Conflict(
            f"{request} asks for {request.get_kind_display().lower()}, which is fulfilled by hand: "
            "do what was asked, then record it as answered.",
            code="subject_request.fulfil_by_hand",
        )
    stranded = {State.COLLECTING} if request.is_stranded else set()
    _move(request, State.COLLECTING, expect={State.IDENTITY_CONFIRMED, State.READY} | stranded)
    request.collection_failure = ""
    request.collection_job = jobs.enqueue(COLLECT, payload={"request": str(request.pk)}, actor=actor, target=request)
    request.save(update_fields=["state", "collection_failure", "collection_job"])
    record(events.COLLECTION_STARTED, request, actor=actor, reference=request.reference)
    return request


def download_bundle(request: SubjectRequest, *, actor: Actor) -> Download:
    """The newest bundle in the clear. The ledger has its row, committed, before anything is given out.

    Raises Conflict when there is none or it has expired, and whatever keeps the ledger or the keys from working.
    """
    # durable: this is the outermost transaction, so the row is on disk when the block ends.
    with transaction.atomic(durable=True):
        bundle = SubjectBundle.objects.select_for_update(of=["self"]).filter(request=request).first()
        if bundle is None:
            raise Conflict(f"{request} has no bundle yet; collect the data first.", code="bundle.missing")
        if not bundle.is_available:
            raise Conflict(
                f"The bundle of {request} expired on {bundle.expires_at:%d %B %Y}; collect the data again.",
                code="bundle.expired",
            )
        content = envelope.unseal(bundle.sealed, purpose=Purpose.FIELD, context=bundle.context)
        bundle.downloads += 1
        bundle.save(update_fields=["downloads"])
        record(
            events.BUNDLE_DOWNLOADED,
            request,
            actor=actor,
            reference=request.reference,
            number=bundle.downloads,
            sha256=bundle.sha256,
        )
    return Download(f"{request.reference}.zip", content)


@transaction.atomic
def record_answer(request: SubjectRequest, note: str, *, actor: Actor) -> SubjectRequest:
    """Close a request as answered; ``note`` tells how the bundle was handed over or what was done by hand."""
    request = _locked(request)
    _move(request, State.DELIVERED, expect={State.READY} if request.has_bundle else {State.IDENTITY_CONFIRMED})
    if request.has_bundle and not request.bundles.filter(downloads__gt=0).exists():
        raise Conflict(
            f"Nobody has downloaded the bundle of {request} yet; download it and hand it over first.",
            code="bundle.not_handed_over",
        )
    if ErasurePlan.objects.filter(request=request).exclude(state=PlanState.WITHDRAWN).exists():
        raise Conflict(
            f"An erasure is planned for {request}; the request is answered when it is done.",
            code="erasure.not_done",
        )
    _close(request, _required(note, "Write how the request was answered.", "note"))
    late = request.closed_at is not None and request.closed_at > request.due_at
    record(events.REQUEST_DELIVERED, request, actor=actor, reference=request.reference, late=late)
    return request


@transaction.atomic
def refuse(request: SubjectRequest, reason: str, *, actor: Actor) -> SubjectRequest:
    """Close a request without an answer; ``reason`` is what the person is told (GDPR Art. 12(4))."""
    request = _locked(request)
    _move(request, State.REFUSED, expect={State.RECEIVED, State.IDENTITY_CONFIRMED, State.READY})
    _close(request, _required(reason, "Write the reason that the person is told.", "reason"))
    record(events.REQUEST_REFUSED, request, actor=actor, reference=request.reference)
    return request


@transaction.atomic
def reveal_subject(request: SubjectRequest, reason: str, *, actor: Actor) -> Subject:
    """Who the request is about, with a row in the ledger for the look and why. Raises Invalid for no known reason."""
    if reason not in RevealReason.values:
        raise Invalid(
            f"Say why: {', '.join(RevealReason.values)}.",
            code="reveal.reason",
            field="reason",
        )
    record(
        events.SUBJECT_REVEALED,
        request,
        actor=actor,
        reference=request.reference,
        reason=RevealReason(reason).label.lower(),
    )
    return request.subject


def remove_expired_bundles(*, actor: Actor) -> int:
    """Drop the bytes of bundles whose time is over; the rows stay as proof. Returns how many."""
    removed = 0
    for bundle_id in _expired_bundles():
        with transaction.atomic():
            bundle = (
                SubjectBundle.objects.select_for_update(of=["self"], skip_locked=True)
                .select_related("request")
                .filter(pk=bundle_id, removed_at__isnull=True)
                .first()
            )
            if bundle is None:
                continue
            bundle.sealed, bundle.removed_at = None, timezone.now()
            bundle.save(update_fields=["sealed", "removed_at"])
            record(events.BUNDLE_EXPIRED, bundle.request, actor=actor, reference=bundle.request.reference)
            removed += 1
    return removed


def count_expired_bundles() -> int:
    """How many bundles still hold bytes whose time is over."""
    return _due().count()


def _due() -> QuerySet[SubjectBundle]:
    return SubjectBundle.objects.filter(expires_at__lte=timezone.now(), removed_at__isnull=True)


def _expired_bundles() -> list[uuid.UUID]:
    return list(_due().order_by("expires_at").values_list("pk", flat=True)[:500])


def _next_reference(year: int) -> str:
    ReferenceCounter.objects.get_or_create(year=year)
    counter = ReferenceCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"SR-{year}-{counter.last:06d}"


def _locked(request: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.select_for_update().get(pk=request.pk)


def _move(request: SubjectRequest, to: State, *, expect: set[State]) -> None:
    """Set the state on the locked row, or refuse with what is to be done instead."""
    before = State(request.state)
    if before not in expect or not stages.may_follow(before, to):
        raise Conflict(f"{request} is {before.label.lower()}: {_FIRST[before]}.", code="subject_request.wrong_state")
    request.state = to


def _close(request: SubjectRequest, note: str) -> None:
    request.closing_note = note
    request.closed_at = timezone.now()
    request.save(update_fields=["state", "closing_note", "closed_at"])


def _required(text: str, message: str, field: str) -> str:
    if not text.strip():
        raise Invalid(message, code=f"subject_request.{field}_missing", field=field)
    return text.strip()
