"""Calls upon data sources and imports."""

from pathlib import Path
from typing import Any

from django.conf import settings

from tests.registry.samples import CSV

from .performing import Act
from .world import World

SOURCE, IMPORT = "sources.datasource", "sources.dataimport"
_A = "api/v1/"
_D = "datasets/<object_name:name>/"
_KEY = "flights.csv"


def folder() -> str:
    """A folder with one object."""
    place = Path(settings.MODELOPS_HOME) / "locations" / "lake"
    place.mkdir(parents=True, exist_ok=True)
    (place / _KEY).write_bytes(CSV)
    return str(place)


def _source(world: World) -> Any:
    from django.contrib.auth.models import Group

    from registry.sources.services import add_source

    world.dataset  # noqa: B018
    roles: Any = Group.objects.filter(name="Data scientist")
    return add_source("lake", "filesystem", {"folder": folder()}, roles=roles, actor=world.actor("guard"))


def _named(world: World) -> dict[str, Any]:
    return {"name": _source(world).name}


def _asked(world: World) -> dict[str, Any]:
    return {"data": {"source": _source(world).name, "key": _KEY}}


def _there(world: World) -> None:
    _source(world)


def _new(world: World) -> dict[str, Any]:
    return {"data": {"name": "lake", "kind": "filesystem", "options": f'{{"folder": "{folder()}"}}'}}


def _changed(world: World) -> dict[str, Any]:
    source = _source(world)
    return {"pk": source.pk, "data": {"options": f'{{"folder": "{folder()}"}}', "is_enabled": ""}}


def stock(world: World) -> None:
    """One of each for the pages of the admin."""
    from registry.sources.importing import ask_for_import

    ask_for_import(world.dataset, _source(world), _KEY, user=world.user("scientist"), actor=world.actor("scientist"))


ACTS: dict[str, Act] = {
    f"GET {_A}data-sources/<object_name:name>/objects/": Act("scientist", SOURCE, before=_named),
    f"POST {_A}{_D}imports/": Act("scientist", IMPORT, before=_asked),
    f"GET {_D}imports/new/": Act("scientist", SOURCE, before=_there, query="?source=lake"),
    f"POST {_D}imports/new/": Act("scientist", IMPORT, before=_asked),
    "POST admin/sources/datasource/add/": Act("guard", SOURCE, before=_new),
    "POST admin/sources/datasource/<uuid:pk>/edit/": Act("guard", SOURCE, before=_changed),
}
