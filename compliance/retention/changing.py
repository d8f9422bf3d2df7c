"""Changing a policy takes two people; a legal hold takes one, for it stops something and must not wait."""

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, EventClass, record
from modelops.lib.errors import Conflict, Invalid, NotAllowed

from . import audit_events as events
from .classes import governed_by
from .data_classes import ARCHIVE, data_class
from .models import ChangeState, PolicyChange, RetentionPolicy
from .regimes import least_days_of

OPEN_FOR: Final = timedelta(days=7)
LONGEST_DAYS: Final = 36_500
_LONGEST_TEXT: Final = 400


def preview(policy: RetentionPolicy, days: int) -> int:
    """How many rows would be past their date if the period were ``days``."""
    _check_days(policy, days)
    return sum(handler.due_after(days) for handler in governed_by(policy.data_class))


@transaction.atomic
def ask(
    policy: RetentionPolicy, *, days: int, action: str, basis: str, archive_days: int | None = None,
    lifts_hold: bool = False, actor: Actor,
) -> PolicyChange:  # fmt: skip
    """Ask for a change; somebody else approves it. Raises Invalid for what the class does not allow."""
    policy = RetentionPolicy.objects.select_for_update().get(pk=policy.pk)
    basis = _text(basis, "basis", "Say on which legal basis the data is kept.")
    _check_days(policy, days)
    allowed = data_class(policy.data_class).actions
    if action not in allowed:
        raise Invalid(
            f"{policy.label} can be: {', '.join(allowed)}; {action!r} is none of it.",
            code="retention.bad_action",
            field="action",
        )
    if action == ARCHIVE and not (archive_days and 0 < archive_days <= LONGEST_DAYS):
        raise Invalid(
            f"Say for how many days the archive is kept, 1 to {LONGEST_DAYS}.",
            code="retention.archive_without_end",
            field="archive_days",
        )
    expire()
    change = PolicyChange(
        policy=policy,
        days=days,
        action=action,
        basis=basis,
        archive_days=archive_days if action == ARCHIVE else None,
        lifts_hold=lifts_hold,
        affected=preview(policy, days),
        from_changed_at=policy.changed_at,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        expires_at=timezone.now() + OPEN_FOR,
    )
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"A change of {policy.label} waits already. Approve or withdraw it first.",
            code="retention.change_waiting",
        ) from None
    record(
        events.CHANGE_ASKED, policy, actor=actor, data_class=policy.data_class, days=days, action=action,
        affected=change.affected, lifts_hold=lifts_hold,
    )  # fmt: skip
    return change


@transaction.atomic
def approve(change: PolicyChange, *, actor: Actor) -> RetentionPolicy:
    """Make the policy what was asked for, as the second person.

    Raises NotAllowed for the asker, Conflict when it is decided, too old, or the policy has changed since.
    """
    policy, change = _locked(change)
    if actor.kind != "user":
        raise NotAllowed("A change of a policy is approved by a person.", code="retention.needs_person")
    if actor.ref == change.actor_ref:
        raise NotAllowed(
            "You asked for this change yourself. Somebody else must approve it.", code="retention.own_change"
        )
    _require_waiting(change)
    if not change.is_open:
        raise Conflict("This change is older than a week and has expired. Ask again.", code="retention.expired")
    if policy.changed_at != change.from_changed_at:
        raise Conflict(
            f"{policy.label} was changed after this was asked for. Withdraw the change and ask again.",
            code="retention.outdated",
        )
    policy.days, policy.action, policy.basis = change.days, change.action, change.basis
    policy.archive_days, policy.changed_at = change.archive_days, timezone.now()
    if change.lifts_hold:
        policy.held_at, policy.hold_reason = None, ""
    policy.save()
    change.second_kind, change.second_ref = actor.kind, actor.ref
    _decide(change, ChangeState.APPROVED)
    record(
        events.CHANGE_APPROVED, policy, actor=actor, data_class=policy.data_class, days=policy.days,
        action=policy.action, asked_by=_asker(change), lifts_hold=change.lifts_hold,
    )  # fmt: skip
    return policy


@transaction.atomic
def withdraw(change: PolicyChange, *, actor: Actor) -> PolicyChange:
    """Take a change back, or refuse it: the asker or whoever may approve."""
    policy, change = _locked(change)
    _require_waiting(change)
    _decide(change, ChangeState.WITHDRAWN)
    _tell(events.CHANGE_WITHDRAWN, policy, change, actor)
    return change


@transaction.atomic
def hold(policy: RetentionPolicy, reason: str, *, actor: Actor) -> RetentionPolicy:
    """Remove nothing of the class until a change lifts the hold."""
    policy = RetentionPolicy.objects.select_for_update().get(pk=policy.pk)
    reason = _text(reason, "reason", "Say why the data must stay.")
    if policy.held_at is not None:
        raise Conflict(f"{policy.label} is on legal hold already.", code="retention.held")
    policy.held_at, policy.hold_reason = timezone.now(), reason[:300]
    policy.changed_at = policy.held_at
    policy.save(update_fields=["held_at", "hold_reason", "changed_at"])
    record(events.POLICY_HELD, policy, actor=actor, data_class=policy.data_class)
    return policy


def expire() -> int:
    """Close the changes that nobody approved in time; returns how many."""
    count = 0
    late = PolicyChange.objects.filter(state=ChangeState.WAITING, expires_at__lte=timezone.now())
    for change in late.select_related("policy"):
        with transaction.atomic():
            policy, locked = _locked(change)
            if locked.state == ChangeState.WAITING:
                _decide(locked, ChangeState.EXPIRED)
                _tell(events.CHANGE_WITHDRAWN, policy, locked, Actor.system("retention"))
                count += 1
    return count


def _locked(change: PolicyChange) -> tuple[RetentionPolicy, PolicyChange]:
    policy = RetentionPolicy.objects.select_for_update().get(pk=change.policy_id)
    return policy, PolicyChange.objects.select_for_update().get(pk=change.pk)


def _require_waiting(change: PolicyChange) -> None:
    if change.state != ChangeState.WAITING:
        raise Conflict(
            f"This change is decided already: {change.get_state_display().lower()}.", code="retention.decided"
        )


def _decide(change: PolicyChange, state: ChangeState) -> None:
    change.state, change.decided_at = state, timezone.now()
    change.save(update_fields=["state", "decided_at", "second_kind", "second_ref"])


def _tell(event: EventClass, policy: RetentionPolicy, change: PolicyChange, actor: Actor) -> None:
    record(event, policy, actor=actor, data_class=policy.data_class, asked_by=_asker(change))


def _asker(change: PolicyChange) -> str:
    return f"{change.actor_kind}:{change.actor_ref}"


def _check_days(policy: RetentionPolicy, days: int) -> None:
    least = least_days_of(policy.data_class)
    if not least <= days <= LONGEST_DAYS:
        raise Invalid(
            f"{policy.label} are kept for {least} to {LONGEST_DAYS} days; {days} is out of range.",
            code="retention.bad_period",
            field="days",
        )


def _text(text: str, field: str, missing: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    if not 0 < len(text) <= _LONGEST_TEXT:
        raise Invalid(f"{missing} Use 1 to {_LONGEST_TEXT} characters.", code=f"retention.{field}_missing", field=field)
    return text
