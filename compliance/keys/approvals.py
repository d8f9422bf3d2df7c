"""Asking for a change of a key, and approving what somebody else asked for.

Activation, rotation, resumption and destruction need two people. Suspending a key and marking it as compromised need
one: they stop something, and must not wait. Who may ask and who may approve is checked where the request comes
in; here it is checked that the two are not the same and that nothing else was changed meanwhile.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, EventClass, record
from modelops.crypto import lifecycle
from modelops.crypto.decisions import Decision
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.states import Reason
from modelops.lib.errors import Conflict, NotAllowed

from . import audit_events as events
from . import rotations
from .models import Action, Approval, ApprovalState

OPEN_FOR = timedelta(hours=24)


@transaction.atomic
def request(key: KeyVersion, action: Action, *, reason: Reason, actor: Actor) -> Approval:
    """Ask for ``action`` on ``key``. Raises Conflict when it could not be done now, or is asked for already."""
    key = KeyVersion.objects.select_for_update().get(pk=key.pk)
    _require_possible(key, action)
    Approval.objects.filter(key=key, action=action, state=ApprovalState.WAITING, expires_at__lte=timezone.now()).update(
        state=ApprovalState.EXPIRED, decided_at=timezone.now()
    )
    approval = Approval(
        key=key,
        action=action,
        key_state=key.state,
        reason=reason,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        expires_at=timezone.now() + OPEN_FOR,
    )
    try:
        with transaction.atomic():
            approval.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"Somebody has asked to {Action(action).label.lower()} {key.name} already; approve that request or "
            "withdraw it.",
            code="approval.waiting_already",
        ) from None
    _record(events.APPROVAL_REQUESTED, approval, actor)
    return approval


def _require_possible(key: KeyVersion, action: Action) -> None:
    match action:
        case Action.ACTIVATE:
            lifecycle.require_step(key, KeyState.ACTIVE)
            if key.state != KeyState.PENDING:
                raise Conflict(f"The key {key.name} is not pending; resume it instead.", code="key.wrong_state")
        case Action.ROTATE:
            rotations.require_rotatable(key)
        case Action.RESUME:
            lifecycle.require_step(key, KeyState.DECRYPT_ONLY)
        case Action.DESTROY:
            lifecycle.require_step(key, KeyState.DESTROYED)
            lifecycle.require_unused(key)


@transaction.atomic
def approve(approval: Approval, *, actor: Actor) -> Approval:
    """Do what was asked for, as the second person. Of many approvals at once one does it.

    Raises NotAllowed for the asker's own request and for accounts that are nobody, Conflict for a request that is
    decided, too old, or made for another state of the key.
    """
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if actor.kind != "user":
        raise NotAllowed(
            "A request about a key is approved by a person; this account is none.", code="approval.needs_person"
        )
    if approval.actor_ref == actor.ref:
        raise NotAllowed(
            "You asked for this yourself. Somebody else with the permission must approve it.",
            code="approval.own_request",
        )
    if approval.state != ApprovalState.WAITING:
        raise Conflict(
            f"This request is decided already: {approval.get_state_display().lower()}.", code="approval.decided"
        )
    if not approval.is_open:
        raise Conflict("This request is older than a day and has expired. Ask again.", code="approval.expired")
    key = KeyVersion.objects.select_for_update().get(pk=approval.key_id)
    if key.state != approval.key_state:
        raise Conflict(
            f"The key {key.name} was {KeyState(approval.key_state).label.lower()} when this was asked for and is "
            f"{KeyState(key.state).label.lower()} now. Withdraw the request and ask again.",
            code="approval.outdated",
        )
    decision = Decision(approval.actor, Reason(approval.reason), actor)
    match Action(approval.action):
        case Action.ACTIVATE:
            lifecycle.activate(key, decision=decision)
            rotations.follow(key, decision=decision)
        case Action.ROTATE:
            rotations.rotate(key, decision=decision)
        case Action.RESUME:
            lifecycle.resume(key, decision=decision)
        case Action.DESTROY:
            doomed = lifecycle.doom(key, decision=decision)
            if doomed.destroy_after is not None and doomed.destroy_after <= timezone.now():
                lifecycle.destroy(doomed, decision=decision)
    approval.state, approval.decided_at = ApprovalState.EXECUTED, timezone.now()
    approval.second_kind, approval.second_ref = actor.kind, actor.ref
    approval.save(update_fields=["state", "decided_at", "second_kind", "second_ref"])
    _record(events.APPROVAL_EXECUTED, approval, actor)
    return approval


@transaction.atomic
def withdraw(approval: Approval, *, actor: Actor) -> Approval:
    """Take a request back, or refuse it: the asker or an approver may."""
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if approval.state != ApprovalState.WAITING:
        raise Conflict(
            f"This request is decided already: {approval.get_state_display().lower()}.", code="approval.decided"
        )
    approval.state, approval.decided_at = ApprovalState.WITHDRAWN, timezone.now()
    approval.save(update_fields=["state", "decided_at"])
    _record(events.APPROVAL_WITHDRAWN, approval, actor)
    return approval


def expire() -> int:
    """Close the requests that nobody approved in time; returns how many."""
    count = 0
    waiting = Approval.objects.filter(state=ApprovalState.WAITING, expires_at__lte=timezone.now())
    for pk in waiting.values_list("pk", flat=True)[:100]:
        with transaction.atomic():
            approval = Approval.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if approval is None or approval.state != ApprovalState.WAITING:
                continue
            approval.state, approval.decided_at = ApprovalState.EXPIRED, timezone.now()
            approval.save(update_fields=["state", "decided_at"])
            _record(events.APPROVAL_EXPIRED, approval, Actor.system("keys"))
            count += 1
    return count


def destroy_due() -> int:
    """Destroy the keys whose grace period is over and that nothing needs; returns how many.

    A key that something needs after all stays, and the inventory goes on showing it as due.
    """
    count = 0
    for key in KeyVersion.objects.filter(destroy_after__lte=timezone.now()).exclude(state=KeyState.DESTROYED):
        approved = Approval.objects.filter(key=key, action=Action.DESTROY, state=ApprovalState.EXECUTED).first()
        decision = (
            Decision(approved.actor, Reason(approved.reason), Actor(approved.second_kind, approved.second_ref))  # type: ignore[arg-type]
            if approved
            else Decision(None, Reason.UNUSED)
        )
        try:
            lifecycle.destroy(key, decision=decision)
        except Conflict:
            continue
        count += 1
    return count


def _record(event: EventClass, approval: Approval, actor: Actor) -> None:
    record(
        event,
        approval.key,
        actor=actor,
        action=approval.action,
        purpose=approval.key.purpose,
        version=approval.key.version,
        asked_by=f"{approval.actor_kind}:{approval.actor_ref}",
        reason=approval.reason,
    )
