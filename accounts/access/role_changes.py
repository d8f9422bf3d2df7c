"""What a role may do, against its default, and changing it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.models import User
from accounts.roles import ROLES
from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid

from .audit_events import ROLE_PERMISSIONS_CHANGED
from .duties import clashes_in


@dataclass(frozen=True, slots=True)
class Difference:
    """What a role has beside its default, and what it lacks of it."""

    added: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.missing)

    def __str__(self) -> str:
        return ", ".join([f"+{name}" for name in self.added] + [f"−{name}" for name in self.missing])


def permissions_of(group: Group) -> set[str]:
    """The permissions that the group itself holds, by full name."""
    rows = group.permissions.all()
    if not hasattr(group, "_prefetched_objects_cache"):
        rows = rows.select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def difference(group: Group) -> Difference:
    """How a group differs from the role of its name; nothing for a group that stands for no role."""
    role = ROLES.get(group.name)
    if role is None:
        return Difference()
    held, default = permissions_of(group), set(role.permissions)
    return Difference(tuple(sorted(held - default)), tuple(sorted(default - held)))


@transaction.atomic
def change_permissions(group: Group, names: Iterable[str], *, actor: Actor) -> Difference:
    """Let the role have exactly the permissions ``names``; returns what was added and taken away.

    It holds from each member's next request on. Raises Conflict for a role that the actor has, and for one that would
    bring duties together that stay apart; Invalid for a permission that does not exist.
    """
    group = Group.objects.select_for_update().get(pk=group.pk)
    wanted, before = set(names), permissions_of(group)
    added, removed = wanted - before, before - wanted
    if not added and not removed:
        return Difference()
    if actor.kind == "user" and User.objects.filter(pk=actor.ref, groups=group).exists():
        raise Conflict(
            "Nobody changes what their own role may do. Ask an administrator with another role.", code="role.own"
        )
    if clashes := clashes_in(wanted):
        raise Conflict(
            f"The role {group.name} would {clashes[0]}. Take one of the two out, or give it to another role.",
            code="role.duties",
        )
    found = _rows(added | removed)
    if unknown := sorted(added - found.keys()):
        raise Invalid(f"There is no permission {unknown[0]!r}.", code="role.unknown_permission", field="permissions")
    group.permissions.remove(*(found[name] for name in removed if name in found))
    group.permissions.add(*(found[name] for name in added))
    record(
        ROLE_PERMISSIONS_CHANGED,
        group,
        actor=actor,
        role=group.name,
        added=", ".join(sorted(added)) or "nothing",
        removed=", ".join(sorted(removed)) or "nothing",
    )
    return Difference(tuple(sorted(added)), tuple(sorted(removed)))


def restore_default(group: Group, *, actor: Actor) -> Difference:
    """Let the role have what the portal gives it by default. Raises Conflict as `change_permissions` does."""
    role = ROLES.get(group.name)
    if role is None:
        raise Conflict(f"The group {group.name} is none of the portal's roles.", code="role.no_default")
    return change_permissions(group, role.permissions, actor=actor)


def _rows(names: set[str]) -> dict[str, Any]:
    rows = Permission.objects.filter(codename__in={name.partition(".")[2] for name in names})
    every = {f"{row.content_type.app_label}.{row.codename}": row for row in rows.select_related("content_type")}
    return {name: row for name, row in every.items() if name in names}
