"""What the page of a request shows: where it stands, what comes next, what has happened."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import AbstractUser

from compliance.audit.history import Timeline
from compliance.audit.models import AuditEvent
from modelops.lib.masking import masked, masked_email

from . import stages
from .delivery.services import latest
from .erasure.page import erasure_context
from .forms import NoteForm, RevealForm
from .models import State, SubjectBundle, SubjectRequest
from .rights.admin_views import rights_context

_TONES = {"denied": "warn", "failure": "bad"}
_ICONS = {
    "subjects.request.opened": "mail",
    "subjects.request.identity_confirmed": "user",
    "subjects.request.subject_revealed": "eye",
    "subjects.bundle.collection_started": "running",
    "subjects.bundle.collection_failed": "failed",
    "subjects.bundle.collected": "file",
    "subjects.bundle.downloaded": "download",
    "subjects.bundle.expired": "clock",
    "subjects.request.rectified": "check",
    "subjects.request.restricted": "lock",
    "subjects.request.restriction_lifted": "refresh",
    "subjects.request.decision_reviewed": "user",
    "subjects.bundle.sent": "mail",
    "subjects.bundle.fetched": "download",
    "subjects.bundle.fetch_failed": "cross",
    "subjects.identity.asked": "mail",
    "subjects.identity.failed": "cross",
    "subjects.request.extended": "clock",
    "subjects.erasure.previewed": "eye",
    "subjects.erasure.approved": "check",
    "subjects.erasure.started": "running",
    "subjects.erasure.stopped": "failed",
    "subjects.erasure.part_erased": "trash",
    "subjects.erasure.completed": "passed",
    "subjects.hold.set": "lock",
    "subjects.request.delivered": "passed",
    "subjects.request.refused": "cross",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One station on the way of a request."""

    label: str
    is_current: bool
    is_done: bool


def steps(request: SubjectRequest) -> list[Step]:
    """The stations of this kind of request, with the present one marked."""
    way = [State.RECEIVED, State.IDENTITY_CONFIRMED]
    way += [State.COLLECTING, State.READY] if request.has_bundle else []
    way += [State.REFUSED] if request.state == State.REFUSED else [State.DELIVERED]
    here = way.index(State(request.state))
    closed = not request.is_open
    return [Step(_word(state, request), index == here, index < here or closed) for index, state in enumerate(way)]


def _word(state: State, request: SubjectRequest) -> str:
    return "Answered" if state == State.DELIVERED and not request.has_bundle else state.label


def clock_words(request: SubjectRequest) -> str:
    """The deadline as people say it."""
    left = request.days_left
    if not request.is_open:
        return "closed"
    if request.waiting_since is not None:
        return "waits for the person"
    if request.is_overdue:
        return f"{-left} days overdue" if left < -1 else "1 day overdue" if left == -1 else "overdue today"
    return "due today" if left == 0 else "due tomorrow" if left == 1 else f"{left} days left"


def clock_tone(request: SubjectRequest) -> str:
    """The colour of the deadline: bad when missed, warn in the last week."""
    if not request.is_open or request.waiting_since is not None:
        return "quiet"
    if request.is_overdue:
        return "bad"
    return "warn" if request.days_left <= 7 else "good"


def context(request: SubjectRequest, user: AbstractUser, told: Timeline) -> dict[str, Any]:
    """Everything for the template ``admin/subjects/subjectrequest/case.html``; ``told`` is its rows in the ledger."""
    bundles = list(SubjectBundle.objects.filter(request=request).defer("sealed"))
    return {
        "case": request,
        "steps": steps(request),
        "clock": clock_words(request),
        "clock_tone": clock_tone(request),
        "bundle": bundles[0] if bundles else None,
        "older_bundles": bundles[1:],
        "delivery": latest(bundles[0]) if bundles else None,
        "job": request.collection_job,
        "timeline": replace(told, events=[_told(event) for event in told.events]),
        "may_handle": user.has_perm("subjects.change_subjectrequest"),
        "may_collect": user.has_perm("subjects.add_subjectbundle"),
        "may_download": user.has_perm("subjects.view_subjectbundle"),
        **erasure_context(request, user),
        **rights_context(request, user),
        "may_refuse": stages.may_follow(request.state, State.REFUSED),
        "masked": {"email": masked_email(request.subject_email), "ref": masked(request.subject_ref)},
        "reveal_form": RevealForm(),
        "identity_form": NoteForm(
            label="How was the identity confirmed?",
            help_text="For example: called back on the number we hold. No copy of an identity document is needed.",
            prefix="identity",
        ),
        "answer_form": NoteForm(
            label="How was the request answered?",
            help_text="For example: bundle sent through the customer portal; address corrected in the customer file.",
            prefix="answer",
        ),
        "may_extend": request.is_open and request.extended_at is None and not request.is_overdue,
        "extension_form": NoteForm(
            label="Reason, as the person is told",
            help_text="GDPR: two more months for many or complex requests. CCPA: 45 more days. Once, with notice.",
            prefix="extension",
        ),
        "refusal_form": NoteForm(
            label="Reason, as the person is told",
            help_text="Name the ground and the right to complain to a supervisory authority.",
            prefix="refusal",
        ),
    }


def _told(event: AuditEvent) -> dict[str, Any]:
    return {
        "sentence": event.sentence,
        "actor": event.actor,
        "at": event.at,
        "icon": _ICONS.get(event.name, "audit"),
        "tone": _TONES.get(event.outcome, "quiet"),
    }
