"""Which store a location's name stands for."""

from . import filesystem  # noqa: F401  registers its kind
from .models import StorageLocation
from .store import ArtifactStore, StorageUnavailable, stores


def primary_location() -> StorageLocation:
    """The location that takes new files. Raises StorageUnavailable when none is enabled."""
    location = StorageLocation.objects.filter(is_primary=True, is_enabled=True).first()
    if location is None:
        raise StorageUnavailable("No primary storage location is enabled. Enable one under Storage locations.")
    return location


def store_of(location: StorageLocation) -> ArtifactStore:
    """The store behind a location."""
    return stores.get(location.kind)()


def store_for(name: str) -> ArtifactStore:
    """The store behind the location of that name, also a disabled one. Raises StorageUnavailable when unknown."""
    location = StorageLocation.objects.filter(name=name).first()
    if location is None:
        raise StorageUnavailable(f"There is no storage location {name!r}.")
    return store_of(location)
