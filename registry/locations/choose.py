"""Which store a location's name stands for."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from compliance.subjects.erasure.rehearsing import is_rehearsal
from modelops.lib.fixed_queries import FixedQuery, Question
from modelops.secret_store.services import use_secret

from . import azure, gcs, s3  # noqa: F401  each registers its kind
from .filesystem import FilesystemStore
from .models import StorageLocation
from .options import checked_credentials, checked_endpoint
from .store import ArtifactStore, StorageUnavailable, stores

# Each use of the credentials is recorded. A store that was made is used for so long; a change of the location or of
# its secret ends it at once.
_KEPT_FOR_S = 600.0


@dataclass(frozen=True)
class _Made:
    store: ArtifactStore
    until: float
    state: tuple[datetime, datetime | None]


_made: dict[UUID, _Made] = {}
_lock = Lock()
# The clients of these stores reach the network through the guard of the process that made them.
os.register_at_fork(after_in_child=_made.clear)


@FixedQuery
def _enabled(reader: None) -> "QuerySet[StorageLocation]":
    return StorageLocation.objects.filter(is_enabled=True).select_related("secret").order_by("name")


def enabled_locations() -> list[StorageLocation]:
    """All that are enabled, by name."""
    return _enabled(None)


def asking_for_enabled() -> Question:
    """The same as a question that goes along with another."""
    return _enabled.asking(None)


def primary_location(enabled: Iterable[StorageLocation] | None = None) -> StorageLocation:
    """The one of the ``enabled`` locations that takes new files. Raises StorageUnavailable when there is none."""
    every = enabled_locations() if enabled is None else enabled
    location = next((each for each in every if each.is_primary), None)
    if location is None:
        raise StorageUnavailable("No primary storage location is enabled. Enable one under Storage locations.")
    return location


def store_of(location: StorageLocation) -> ArtifactStore:
    """The store behind a location. Raises StorageUnavailable for options or credentials that cannot be used."""
    if location.kind == "filesystem":
        return folder_store(location.options)
    _refuse_in_rehearsal()
    state = (location.changed_at, location.secret.set_at if location.secret else None)
    with _lock:
        present = _made.get(location.pk)
    if present is not None and present.state == state and time.monotonic() < present.until:
        return present.store
    store = _make(location)
    with _lock:
        _made[location.pk] = _Made(store, time.monotonic() + _KEPT_FOR_S, state)
    return store


def folder_store(options: dict[str, Any]) -> FilesystemStore:
    """The store of a location of the kind "filesystem", by its options. Raises StorageUnavailable in a rehearsal."""
    _refuse_in_rehearsal()
    return FilesystemStore(options)


def _refuse_in_rehearsal() -> None:
    if is_rehearsal():
        raise StorageUnavailable("A restore drill works on a copy of the database; no stored file is touched.")


def store_for(name: str) -> ArtifactStore:
    """The store behind the location of that name, also a disabled one. Raises StorageUnavailable when unknown."""
    location = StorageLocation.objects.filter(name=name).select_related("secret").first()
    if location is None:
        raise StorageUnavailable(f"There is no storage location {name!r}.")
    return store_of(location)


def _make(location: StorageLocation) -> ArtifactStore:
    if location.secret is None:
        raise StorageUnavailable(f"The storage location {location} has no credentials. Give it a secret.")
    if endpoint := location.options.get("endpoint"):
        checked_endpoint(endpoint)  # again: the name may stand for another address by now
    text = use_secret(location.secret, by=f"storage location {location.name}")
    return stores.get(location.kind)(location.options, checked_credentials(location.kind, text))
