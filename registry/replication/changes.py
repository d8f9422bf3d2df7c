"""Every change of a location and of where a model's versions lie. Each is recorded in the same transaction."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from modelops.secret_store.models import StoredSecret
from registry.locations.audit_events import LOCATION_ADDED, LOCATION_CHANGED, LOCATION_TESTED, POLICY_CHANGED
from registry.locations.choose import store_of
from registry.locations.environment import foreign_bucket
from registry.locations.filesystem import FilesystemStore
from registry.locations.models import StorageLocation
from registry.locations.options import checked_options
from registry.models import ArtifactCopy, CopyState, RegisteredModel

from .backfill import enqueue_backfill
from .contact import probe

MOST_LOCK_DAYS = 36_500


def add_location(
    name: str, kind: str, options: Any, *, secret: StoredSecret | None = None, lock_days: int = 0, actor: Actor
) -> StorageLocation:
    """A new location, not primary, and the job that fills it. Its connection is not tested here.

    Raises Invalid for name, kind, options and secret, Conflict for a taken name or a bucket of another environment.
    """
    validate_name(name, "location")
    if len(name) > 40:
        raise Invalid("The name has more than 40 characters.", code="location.invalid", field="name")
    sound = checked_options(kind, options)
    _check_rest(kind, sound, secret, lock_days)
    location = StorageLocation(name=name, kind=kind, options=sound, secret=secret, lock_days=lock_days)
    if kind == "filesystem":
        FilesystemStore(sound).prepare()
    with transaction.atomic():
        try:
            with transaction.atomic():
                location.save(force_insert=True)
        except IntegrityError:
            raise Conflict(
                f"There is a storage location {name!r} already. Choose another name.",
                code="location.name_taken",
                field="name",
            ) from None
        record(LOCATION_ADDED, location, actor=actor, name=name, kind=kind)
        enqueue_backfill(location=location, actor=actor)
    return location


@transaction.atomic
def change_location(
    location: StorageLocation,
    *,
    options: Any = None,
    secret: StoredSecret | None = None,
    lock_days: int | None = None,
    actor: Actor,
) -> StorageLocation:
    """Other options, secret or lock. Bucket, folder and prefix stay: files lie there. A lock only grows."""
    location = _locked(location)
    changed = []
    if options is not None:
        sound = checked_options(location.kind, options)
        for fixed in ("bucket", "container", "folder", "prefix", "account"):
            if sound.get(fixed) != location.options.get(fixed):
                raise Conflict(
                    f"The {fixed} of a location stays as it is, because files lie there. Add another location.",
                    code="location.is_fixed",
                    field="options",
                )
        if sound != location.options:
            location.options = sound
            changed.append("options")
    if secret is not None and secret.pk != location.secret_id:
        location.secret = secret
        changed.append("secret")
    if lock_days is not None and lock_days != location.lock_days:
        if lock_days < location.lock_days:
            raise Conflict(
                f"The lock of {location.lock_days} days cannot be shortened: files were stored under it.",
                code="location.lock_shortened",
                field="lock_days",
            )
        location.lock_days = lock_days
        changed.append("lock_days")
    _check_rest(location.kind, location.options, location.secret, location.lock_days)
    return _save(location, changed, actor)


def test_location(location: StorageLocation, *, actor: Actor) -> tuple[bool, str, int | None]:
    """Write, read and remove a small file; whether that worked, in words, and in how many milliseconds."""
    is_up, text, took_ms = probe(location)
    with transaction.atomic():
        record(
            LOCATION_TESTED,
            location,
            actor=actor,
            outcome="success" if is_up else "failure",
            name=location.name,
            result=f"worked in {took_ms} ms" if is_up else "failed",
        )
    return is_up, text, took_ms


def set_primary(location: StorageLocation, *, actor: Actor) -> StorageLocation:
    """New files go to ``location`` from now on, once it has shown that it works; the old ones stay where they are."""
    if not location.is_enabled:
        raise Conflict(f"{location} is disabled; enable it first.", code="location.disabled")
    store_of(location).probe()
    with transaction.atomic():
        rows = {row.pk: row for row in StorageLocation.objects.select_for_update().order_by("pk")}
        row = rows[location.pk]
        if row.is_primary:
            return row
        StorageLocation.objects.filter(is_primary=True).update(is_primary=False, changed_at=timezone.now())
        row.is_primary = True
        return _save(row, ["primary"], actor)


@transaction.atomic
def disable(location: StorageLocation, *, actor: Actor) -> StorageLocation:
    """Make no more copies there. Refused for the primary one, and while it is the only place of something."""
    location = _locked(location)
    if location.is_primary:
        raise Conflict(
            f"{location} is primary: it takes new files. Make another location primary first.",
            code="location.is_primary",
        )
    elsewhere = ArtifactCopy.objects.filter(
        artifact=OuterRef("artifact"), state=CopyState.STORED, location__is_enabled=True
    ).exclude(location=location)
    only = ArtifactCopy.objects.filter(location=location, state=CopyState.STORED).filter(~Exists(elsewhere)).count()
    if only:
        raise Conflict(
            f"{location} is the only place of {only:,} file(s). Copy them to another location first.",
            code="location.only_place",
        )
    location.is_enabled = False
    return _save(location, ["enabled"], actor)


@transaction.atomic
def enable(location: StorageLocation, *, actor: Actor) -> StorageLocation:
    """Use the location again; a job fills what it missed."""
    location = _locked(location)
    if location.is_enabled:
        return location
    location.is_enabled, location.is_up = True, None
    location = _save(location, ["enabled"], actor)
    enqueue_backfill(location=location, actor=actor)
    return location


@transaction.atomic
def set_policy(
    model: RegisteredModel, locations: Iterable[StorageLocation], min_replicas: int, *, actor: Actor
) -> RegisteredModel:
    """Where all versions of ``model`` shall lie (none named: in every enabled location), and in how many at least.

    A job makes the copies that are missing; copies that are no longer wanted stay. Raises Invalid.
    """
    named = sorted(locations, key=lambda location: location.name)
    if not 1 <= min_replicas <= 20:
        raise Invalid("At least 1 and at most 20 copies can be asked for.", code="policy.invalid", field="min_replicas")
    model = type(model)._base_manager.select_for_update().get(pk=model.pk)
    model.min_replicas = min_replicas
    model.save(update_fields=["min_replicas"])
    model.replicate_to.set(named)
    names = ", ".join(location.name for location in named) or "every enabled location"
    record(POLICY_CHANGED, model, actor=actor, name=model.name, locations=names, min_replicas=min_replicas)
    enqueue_backfill(model=model, actor=actor)
    return model


def _check_rest(kind: str, options: dict[str, Any], secret: StoredSecret | None, lock_days: int) -> None:
    if kind != "filesystem" and secret is None:
        raise Invalid(
            "A bucket needs a secret with its credentials. Store one first, then name it here.",
            code="location.invalid",
            field="secret",
        )
    if not 0 <= lock_days <= MOST_LOCK_DAYS:
        raise Invalid(
            f"A lock has 0 to {MOST_LOCK_DAYS:,} days, not {lock_days}.", code="location.invalid", field="lock_days"
        )
    if wrong := foreign_bucket(kind, options):
        raise Conflict(f"{wrong} Use a bucket of this environment.", code="location.other_environment", field="options")


def _locked(location: StorageLocation) -> StorageLocation:
    return StorageLocation.objects.select_for_update(of=("self",)).select_related("secret").get(pk=location.pk)


def _save(location: StorageLocation, changed: list[str], actor: Actor) -> StorageLocation:
    if changed:
        location.changed_at = timezone.now()
        location.save()
        record(LOCATION_CHANGED, location, actor=actor, name=location.name, fields=", ".join(changed))
    return location
