"""Locations on running servers, and a second folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from tests.wire.fixtures import Place, Servers, new_place, wire_servers

if TYPE_CHECKING:
    from registry.locations.models import StorageLocation

__all__ = ["wire_servers"]


@pytest.fixture
def locate(db: None, wire_servers: Servers, tmp_path: Path) -> Callable[..., "StorageLocation"]:
    """Adds a location of a kind as an administrator would; ``place`` names one that is there."""
    from compliance.audit import Actor
    from modelops.secret_store.services import set_secret
    from registry.replication import changes

    def add(name: str = "replica", kind: str = "filesystem", place: Place | None = None) -> Any:
        import json

        actor = Actor.system("test")
        folder = Path(settings.MODELOPS_HOME) / "locations" / tmp_path.name
        place = place or new_place(kind, wire_servers, folder)
        secret = None
        if kind != "filesystem":
            secret = set_secret(f"{name}-keys", json.dumps(place.credentials), purpose="bucket", actor=actor)
        return changes.add_location(name, kind, place.options, secret=secret, actor=actor)

    return add


@pytest.fixture
def settle() -> Callable[[], None]:
    """Does what workers would do now: every copy that waits, whatever its back-off."""
    from django.utils import timezone

    from registry.models import ArtifactCopy
    from registry.replication.tasks import replicate

    def work() -> None:
        ArtifactCopy.objects.filter(state__in=["pending", "failed"]).update(not_before=timezone.now())
        replicate()

    return work
