"""More time for a request, as its law allows it once and with notice."""

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid

from . import deadlines
from .identity.audit_events import DEADLINE_EXTENDED
from .models import SubjectRequest


@transaction.atomic
def extend(request: SubjectRequest, note: str, *, actor: Actor) -> SubjectRequest:
    """Give the request the longer time of its law, once; ``note`` is the reason that the person is told.

    Raises Conflict for one that is closed, extended, or too late: the person is told within the first period.
    """
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not request.is_open or request.extended_at is not None or request.is_overdue:
        why = "closed" if not request.is_open else "extended already" if request.extended_at else "overdue"
        raise Conflict(
            f"{request} is {why}; the time is extended once, while the first period runs.",
            code="subject_request.not_extendable",
        )
    if not note.strip():
        raise Invalid("Write the reason that the person is told.", code="subject_request.note_missing", field="note")
    request.extension_note = note.strip()
    request.extended_at, request.due_at = timezone.now(), deadlines.extended(request.regime, request.due_at)
    request.save(update_fields=["extension_note", "extended_at", "due_at"])
    record(
        DEADLINE_EXTENDED,
        request,
        actor=actor,
        reference=request.reference,
        due_on=request.due_at.date().isoformat(),
    )
    return request
