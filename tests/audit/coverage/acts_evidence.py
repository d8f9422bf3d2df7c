"""Calls that give out evidence, and take frameworks and files about dependencies in."""

import json
from typing import Any

from .performing import Act
from .world import World


def _scan(world: World) -> dict[str, Any]:
    content = json.dumps({"dependencies": [{"name": "django", "version": "5.2", "vulns": []}]})
    return {"data": {"kind": "scan", "content": content}}


def _snapshot(world: World) -> dict[str, Any]:
    from compliance.posture.models import PostureSnapshot

    PostureSnapshot.objects.create(month="2026-01", content=b"{}", sha256="0" * 64)
    return {"month": "2026-01"}


def _catalogue(world: World) -> dict[str, Any]:
    """A catalogue with one control."""
    return {"data": {"name": "House", "catalogue": "reference,title,checks\nX,Y,keys.age\n"}}


ACTS: dict[str, Act] = {
    "GET admin/posture/snapshots/<str:month>/": Act("officer", "posture.posturesnapshot", before=_snapshot),
    "GET admin/dependencies/sbom.json": Act("officer", ""),
    "POST admin/dependencies/import/": Act("guard", "supply_chain.importedfile", before=_scan),
    "POST admin/evidence/pack/": Act("officer", "evidence.pack", {"since": "2026-01-01", "until": "2026-04-01"}),
    "POST admin/evidence/frameworks/import/": Act("officer", "evidence.controlcatalogue", before=_catalogue),
}
