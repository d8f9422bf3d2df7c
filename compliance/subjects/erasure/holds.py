"""What the law keeps: holds on one person's data and exemptions of a class, with a basis and a day to look again."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid

from ..models import LegalHold, SubjectRequest
from ..providers import providers
from . import audit_events as events


@transaction.atomic
def set_hold(
    data_class: str, basis: str, recheck_on: dt.date, *, request: SubjectRequest | None = None, actor: Actor
) -> LegalHold:
    """Keep the data of one class from erasure: of the person of ``request``, or of everybody.

    Raises Invalid for an unknown class, no basis, or a day that has passed.
    """
    known = providers.keys()
    if data_class not in known:
        raise Invalid(
            f"There is no data class {data_class!r}; known: {', '.join(known)}.",
            code="hold.unknown_class",
            field="data_class",
        )
    if not basis.strip():
        raise Invalid("Name the law or duty that keeps the data.", code="hold.basis_missing", field="basis")
    if recheck_on <= timezone.now().date():
        raise Invalid(
            "Name a day to come on which somebody looks again.", code="hold.recheck_passed", field="recheck_on"
        )
    hold = LegalHold.objects.create(
        data_class=data_class, basis=basis.strip()[:300], recheck_on=recheck_on, request=request
    )
    record(
        events.HOLD_SET,
        hold,
        actor=actor,
        data_class=data_class,
        reference=request.reference if request is not None else "everybody",
        recheck_on=recheck_on.isoformat(),
    )
    return hold


@transaction.atomic
def lift(hold: LegalHold, *, actor: Actor) -> LegalHold:
    """End a hold; what it kept is erased by the next request. Raises Conflict for one that ended before."""
    hold = LegalHold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if hold.lifted_at is not None:
        raise Conflict("This hold is lifted already.", code="hold.lifted_already")
    hold.lifted_at = timezone.now()
    hold.save(update_fields=["lifted_at"])
    record(events.HOLD_LIFTED, hold, actor=actor, data_class=hold.data_class)
    return hold


def hold_of(data_class: str, request: SubjectRequest) -> LegalHold | None:
    """The hold that keeps this class of the request's person, the one that lasts longest, or None."""
    mine = Q(request=request) | Q(request=None)
    standing = LegalHold.objects.filter(mine, data_class=data_class, lifted_at=None)
    return standing.order_by("-recheck_on").first()
