"""Sources on running servers and in a folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import obstore
import pytest
from django.conf import settings

from tests.wire.fixtures import Place, Servers, new_place, wire_servers

if TYPE_CHECKING:
    from registry.sources.models import DataSource

__all__ = ["wire_servers"]


class Outside:
    """A source as an administrator adds it, and its owner's hand in the place behind it."""

    def __init__(self, source: "DataSource", place: Place) -> None:
        self.source, self._place = source, place

    def put(self, key: str, data: bytes) -> None:
        """Write an object, whatever is there."""
        if self._place.kind == "filesystem":
            path = Path(self._place.options["folder"]) / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        elif self._place.kind == "gcs":
            options = self._place.options
            address = f"{options['endpoint']}/upload/storage/v1/b/{options['bucket']}/o"
            params = {"uploadType": "media", "name": f"{options['prefix']}/{key}"}
            httpx.post(address, params=params, content=data, trust_env=False).raise_for_status()
        else:
            obstore.put(self._place.store()._client, key, data, use_multipart=False)

    def remove(self, key: str) -> None:
        """Take the object away."""
        if self._place.kind == "filesystem":
            (Path(self._place.options["folder"]) / key).unlink()
        else:
            obstore.delete(self._place.store()._client, key)


@pytest.fixture
def outside(db: None, wire_servers: Servers, tmp_path: Path) -> Callable[..., Outside]:
    """Adds a source of a kind that data scientists may read."""
    from django.contrib.auth.models import Group

    from compliance.audit import Actor
    from modelops.secret_store.services import set_secret
    from registry.sources.services import add_source

    def add(kind: str = "filesystem", name: str = "lake", role: str = "Data scientist") -> Outside:
        place = new_place(kind, wire_servers, Path(settings.MODELOPS_HOME) / "locations" / tmp_path.name)
        actor, secret = Actor.system("test"), None
        if kind == "filesystem":
            Path(place.options["folder"]).mkdir(parents=True)
        else:
            secret = set_secret(f"{name}-keys", json.dumps(place.credentials), purpose="bucket", actor=actor)
        roles: Any = Group.objects.filter(name=role)
        return Outside(add_source(name, kind, place.options, secret=secret, roles=roles, actor=actor), place)

    return add
