"""Calls upon scans and the quarantine."""

from typing import Any

from tests.registry.samples import harmful, make_version

from .acts_registry import VERSION
from .performing import Act
from .world import World

_MV = "models/<object_name:name>/versions/<int:number>/"
_A = "api/v1/"
_ADMIN = "admin/scanning/inspection/<uuid:pk>/"
REASON = {"reason": "The team asks what it is."}


def _held(world: World) -> dict[str, Any]:
    version = make_version(world.model, world.user("scientist"), harmful())
    return {"number": version.number, "pk": version.artifact_id}


def _scanned(world: World) -> dict[str, Any]:
    return {"pk": world.version().artifact_id}


ACTS: dict[str, Act] = {
    f"GET {_A}{_MV}scan/": Act("scientist", VERSION),
    f"POST {_A}{_MV}scan/": Act("scientist", VERSION),
    f"POST {_MV}scan/": Act("scientist", VERSION),
    f"POST {_A}{_MV}quarantined-file/": Act("guard", VERSION, REASON, before=_held),
    f"POST {_ADMIN}again/": Act("guard", VERSION, before=_scanned),
    f"POST {_ADMIN}open/": Act("guard", VERSION, REASON, before=_held),
    "POST admin/scanning/inspection/": Act(
        "guard",
        VERSION,
        query="?state=all",
        before=lambda w: {"data": {"action": "scan_again", "_selected_action": [str(w.version().artifact_id)]}},
    ),
}
