"""Every change of a data source. Each is recorded in the same transaction."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from modelops.secret_store.models import StoredSecret
from registry.locations.filesystem import FilesystemStore
from registry.locations.models import StorageLocation
from registry.locations.options import checked_options

from .audit_events import SOURCE_ADDED, SOURCE_CHANGED
from .models import DataSource

_PLACE = ("folder", "bucket", "container", "account", "endpoint")


@transaction.atomic
def add_source(
    name: str, kind: str, options: Any, *, secret: StoredSecret | None = None, roles: Iterable[Group] = (), actor: Actor
) -> DataSource:
    """A new source that the ``roles`` may read. Its connection is not tested here.

    Raises Invalid for name, kind, options and secret, Conflict for a taken name or a place of sealed files.
    """
    validate_name(name, "source")
    if len(name) > 40:
        raise Invalid("The name has more than 40 characters.", code="source.invalid", field="name")
    source = DataSource(name=name, kind=kind, options=_checked(kind, options, secret), secret=secret)
    try:
        with transaction.atomic():
            source.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"There is a data source {name!r} already. Choose another name.", code="source.name_taken", field="name"
        ) from None
    source.roles.set(roles)
    record(SOURCE_ADDED, source, actor=actor, name=name, kind=kind, roles=_names(source))
    return source


@transaction.atomic
def change_source(
    source: DataSource,
    *,
    options: Any,
    secret: StoredSecret | None,
    roles: Iterable[Group],
    is_enabled: bool,
    actor: Actor,
) -> DataSource:
    """Another place, secret or other roles; or nobody reads there any more. Raises as `add_source` does."""
    locked: DataSource = DataSource.objects.select_for_update().get(pk=source.pk)
    given = {"options": _checked(locked.kind, options, secret), "secret": secret, "is_enabled": is_enabled}
    changed = [name for name, value in given.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, given[name])
    if set(roles) != set(locked.roles.all()):
        locked.roles.set(roles)
        changed.append("roles")
    if changed:
        locked.changed_at = timezone.now()
        locked.save()
        record(SOURCE_CHANGED, locked, actor=actor, name=locked.name, fields=sorted(changed), roles=_names(locked))
    return locked


def _names(source: DataSource) -> list[str]:
    return sorted(source.roles.values_list("name", flat=True))


def _checked(kind: str, options: Any, secret: StoredSecret | None) -> dict[str, Any]:
    sound = checked_options(kind, options)
    if (kind == "filesystem") != (secret is None):
        wanted = "A folder needs no secret." if secret else "Name the secret that holds the credentials of the bucket."
        raise Invalid(wanted, code="source.invalid", field="secret")
    for location in StorageLocation.objects.filter(kind=kind):
        if _overlap(sound, location.options):
            raise Conflict(
                f"The portal keeps its own sealed files there (storage location {location}). Name another place.",
                code="source.is_location",
                field="options",
            )
    return sound


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether one of two places lies in the other."""
    if "folder" in one:
        first, second = (f"{FilesystemStore(each).root}/" for each in (one, other))
    elif any(one.get(name) != other.get(name) for name in _PLACE):
        return False
    else:
        first, second = (f"{each.get('prefix', '')}/".removeprefix("/") for each in (one, other))
    return first.startswith(second) or second.startswith(first)
