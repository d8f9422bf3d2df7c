"""How a request ends, whatever the end is: locked, once, and never again open."""

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict
from registry.models import RegisteredModel

from . import audit_events as events
from . import notices
from .models import Promotion, State

_CLOCK = Actor.system("promotion")
_AT_A_TIME = 100


def locked(promotion: Promotion) -> Promotion:
    """The request as it stands now. Its model's row is locked first, as everything that moves aliases does."""
    RegisteredModel.objects.select_for_update().get(pk=promotion.model_id)
    rows = Promotion.objects.select_for_update(of=("self",)).select_related("model")
    return rows.get(pk=promotion.pk)


def require_undecided(promotion: Promotion) -> None:
    """Raise Conflict when the request is decided, or its time is over."""
    if promotion.state != State.WAITING:
        raise Conflict(
            f"This promotion is decided already: {promotion.get_state_display().lower()}.", code="promotion.decided"
        )
    if promotion.has_run_out:
        raise Conflict(
            f"This promotion could be approved until {promotion.expires_at:%Y-%m-%d %H:%M} UTC. Ask for it again.",
            code="promotion.expired",
        )


def close(promotion: Promotion, state: State, **more: object) -> None:
    """Write the end of the request; the caller holds its row and records why."""
    promotion.state, promotion.decided_at = state, timezone.now()
    for name, value in more.items():
        setattr(promotion, name, value)
    promotion.save(update_fields=["state", "decided_at", *more])
    if state != State.WITHDRAWN:
        notices.tell_requester(promotion)


def expire(promotion: Promotion) -> None:
    """Close a request whose time is over; the caller holds its row or its model's."""
    close(promotion, State.EXPIRED)
    record(events.EXPIRED, promotion, actor=_CLOCK, **events.about(promotion))


def expire_due() -> int:
    """Close every request that nobody decided in time; returns how many. Safe to run twice at once."""
    count = 0
    for key in Promotion.objects.run_out().order_by("expires_at").values_list("pk", flat=True)[:_AT_A_TIME]:
        with transaction.atomic():
            row = Promotion.objects.select_for_update(of=("self",), skip_locked=True).select_related("model")
            promotion = row.filter(pk=key).first()
            if promotion is not None and promotion.has_run_out:
                expire(promotion)
                count += 1
    return count
