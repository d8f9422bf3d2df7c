"""Calls upon roles, superusers and the report of who may do what."""

from typing import Any

from .acts_desk import fresh
from .acts_registry import DATASET, MODEL
from .performing import Act
from .world import World

GROUP = "auth.group"
_E = "<registry_kind:kind>/<object_name:name>/access/"


def _viewer(world: World, *added: str) -> dict[str, Any]:
    from django.contrib.auth.models import Group, Permission

    group = Group.objects.get(name="Viewer")
    ticked = list(group.permissions.values_list("pk", flat=True))
    ticked += Permission.objects.filter(codename__in=added).values_list("pk", flat=True)
    return {"pk": group.pk, "client": fresh(world, "guard"), "data": {"permissions": ticked}}


def _more(world: World) -> dict[str, Any]:
    return _viewer(world, "download")


def _changed(world: World) -> dict[str, Any]:
    """The role differs from its default."""
    from django.contrib.auth.models import Group

    from accounts.access.role_changes import change_permissions

    group = Group.objects.get(name="Viewer")
    change_permissions(group, ["access.read_models"], actor=world.actor("guard"))
    return {**_viewer(world), "data": {}}


ACTS: dict[str, Act] = {
    "POST account/emergency/": Act("root", "access.emergency", {"reason": "Restore a role that nobody can restore."}),
    "POST admin/auth/group/<int:pk>/permissions/": Act("guard", GROUP, before=_more),
    "POST admin/auth/group/<int:pk>/restore/": Act("guard", GROUP, before=_changed),
    f"GET {_E}report/": Act("scientist", MODEL),
    f"GET {_E}report.csv": Act("scientist", MODEL),
    "GET api/v1/models/<object_name:name>/access-report/": Act("scientist", MODEL),
    "GET api/v1/datasets/<object_name:name>/access-report/": Act("scientist", DATASET),
}
