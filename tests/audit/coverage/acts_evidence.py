"""Calls that give out evidence, and take frameworks and files about dependencies in."""

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import ApiKey, TOTPDevice
from tests.accounts.people import PASSWORD, make_user
from tests.portal.people import key_for

from .acts_desk import fresh
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


def _bare(world: World) -> dict[str, Any]:
    """An officer with a password and no second factor."""
    user = make_user("bare", "Compliance officer", password=PASSWORD)
    TOTPDevice.objects.filter(user=user).delete()
    return {"client": fresh(world, "guard")}


def _unused(world: World) -> dict[str, Any]:
    """A key of an engineer that was never used."""
    key_for("idle", "ML engineer")
    ApiKey.objects.filter(owner__username="idle").update(created_at=timezone.now() - timedelta(days=200))
    return {"client": fresh(world, "guard")}


ACTS: dict[str, Act] = {
    "POST admin/posture/fix/second-factors/": Act("guard", "accounts.user", before=_bare),
    "POST admin/posture/fix/unused-keys/": Act("guard", "accounts.apikey", before=_unused),
    "GET admin/posture/snapshots/<str:month>/": Act("officer", "posture.posturesnapshot", before=_snapshot),
    "GET admin/dependencies/sbom.json": Act("officer", ""),
    "POST admin/dependencies/import/": Act("guard", "supply_chain.importedfile", before=_scan),
    "POST admin/evidence/pack/": Act("officer", "evidence.pack", {"since": "2026-01-01", "until": "2026-04-01"}),
    "POST admin/evidence/frameworks/import/": Act("officer", "evidence.controlcatalogue", before=_catalogue),
}
