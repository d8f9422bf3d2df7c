"""The end of an erasure: the request itself forgets whom it was about."""

from typing import Final

from django.utils import timezone

from compliance.audit import Actor, record

from .. import audit_events as events
from ..models import ErasurePlan, State, SubjectRequest

ERASED: Final = "(erased)"


def close_request(plan: ErasurePlan, *, actor: Actor) -> None:
    """Close the request as answered and take the person out of it; runs in the transaction of the certificate."""
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=plan.request_id)
    request.state, request.closed_at = State.DELIVERED, timezone.now()
    request.identity_note, request.closing_note = ERASED, f"Erased; certificate {plan.pk}"
    _forget(request)
    request.save()
    late = request.closed_at > request.due_at
    record(events.REQUEST_DELIVERED, request, actor=actor, reference=request.reference, late=late)


def anonymise(request: SubjectRequest, *, actor: Actor) -> None:
    """Take the person out of an earlier request that is closed; that it was answered in time stays provable."""
    _forget(request)
    request.identity_note = ERASED if request.identity_note else ""
    request.closing_note = ERASED if request.closing_note else ""
    request.save()
    record(events.REQUEST_ANONYMISED, request, actor=actor, reference=request.reference)


def _forget(request: SubjectRequest) -> None:
    request.extension_note = ERASED if request.extension_note else ""
    request.subject_email, request.subject_ref = "", f"erased-{request.pk.hex[-12:]}"
