"""Deciding who has access. Whether the actor may decide is asked before, by `gate.require_managing`."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor, record
from modelops.lib.errors import Invalid, NotFound
from registry.models import RegisteredModel

from .audit_events import ACCESS_CHANGED, GRANT_GIVEN, GRANT_REVOKED
from .models import Grant, Level, Use
from .rules import Governed, kind_of

Holder = User | Group


@transaction.atomic
def change_access(
    governed: Governed,
    *,
    is_restricted: bool | None = None,
    needs_step_up: bool | None = None,
    owner: User | None = None,
    actor: Actor,
) -> Governed:
    """Change what is given and differs; what is not given stays. A dataset has no step-up.

    Raises Invalid for an owner who is not active.
    """
    row = type(governed)._base_manager.select_for_update().get(pk=governed.pk)
    wanted: dict[str, object] = {"is_restricted": is_restricted, "owner": owner}
    if isinstance(row, RegisteredModel):
        wanted["needs_step_up"] = needs_step_up
    elif needs_step_up is not None:
        raise Invalid("Only models can ask for a fresh second factor.", code="access.no_step_up", field="needs_step_up")
    if owner is not None and not owner.is_active:
        raise Invalid("This account is deactivated and cannot own anything.", code="access.owner", field="owner")
    changed = {name: value for name, value in wanted.items() if value is not None and getattr(row, name) != value}
    if not changed:
        return row
    for name, value in changed.items():
        setattr(row, name, value)
        setattr(governed, name, value)
    row.save(update_fields=[*changed, *_touched(row)])
    said = ", ".join(
        f"{name}={value.pk if isinstance(value, User) else str(value).lower()}" for name, value in changed.items()
    )
    record(ACCESS_CHANGED, row, actor=actor, name=row.name, changes=said)
    return row


@transaction.atomic
def give(
    governed: Governed,
    holder: Holder,
    level: str,
    *,
    actions: Iterable[str] = (),
    expires_at: dt.datetime | None = None,
    actor: Actor,
) -> Grant:
    """Name ``holder`` for ``governed`` up to ``level``, in place of what the holder had. Raises Invalid."""
    uses = sorted(set(actions))
    if unknown := sorted(set(uses) - set(Use.values)):
        raise Invalid(
            f"There is no use {unknown[0][:40]!r}; use {' or '.join(Use.values)}.",
            code="grant.unknown_action",
            field="actions",
        )
    if uses and not isinstance(governed, RegisteredModel):
        raise Invalid("Only models predict and explain.", code="grant.no_actions", field="actions")
    if level not in Level.values:
        raise Invalid(
            f"There is no level {str(level)[:40]!r}; use one of {', '.join(Level.values)}.",
            code="grant.unknown_level",
            field="level",
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(
            "The end of the access lies in the past. Choose a later day.", code="grant.over", field="expires_at"
        )
    key = {kind_of(governed): governed, "user" if isinstance(holder, User) else "group": holder}
    grant, _ = Grant.objects.update_or_create(
        **key, defaults={"level": level, "actions": uses, "expires_at": expires_at}
    )
    _touch(governed)
    record(
        GRANT_GIVEN,
        governed,
        actor=actor,
        name=governed.name,
        holder=_reference(grant),
        level=", ".join([level, *uses]),
        until=expires_at.isoformat() if expires_at else "revoked",
    )
    return grant


@transaction.atomic
def revoke(grant: Grant, *, actor: Actor) -> bool:
    """Take the access away with the holder's next request; False when it was gone already."""
    governed, holder = grant.object, _reference(grant)
    deleted = Grant.objects.filter(pk=grant.pk).delete()[0]
    if deleted:
        _touch(governed)
        record(GRANT_REVOKED, governed, actor=actor, name=governed.name, holder=holder)
    return bool(deleted)


def holder_named(*, user: str = "", group: str = "") -> Holder:
    """The account or group of this name. Raises Invalid unless exactly one is named, and NotFound."""
    if bool(user) == bool(group):
        raise Invalid("Name either a user or a group.", code="grant.one_holder", field="user")
    found: Holder | None
    if user:
        found = User.objects.filter(username=user.replace("\x00", ""), is_active=True).first()
    else:
        found = Group.objects.filter(name=group.replace("\x00", "")).first()
    if found is None:
        raise NotFound(
            f"There is no active account {user[:100]!r}." if user else f"There is no group {group[:100]!r}.",
            code="grant.holder_not_found",
            field="user" if user else "group",
        )
    return found


def _reference(grant: Grant) -> str:
    return f"group {grant.group.name}" if grant.group is not None else f"account {grant.user_id}"


def _touched(governed: Governed) -> list[str]:
    if not isinstance(governed, RegisteredModel):
        return []
    governed.changed_at = timezone.now()
    return ["changed_at"]


def _touch(governed: Governed) -> None:
    if names := _touched(governed):
        governed.save(update_fields=names)
