"""The paths of MLflow's protocol: every module of this package that declares calls (`wire.endpoint`) has them here."""

from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules

from django.urls import URLPattern, URLResolver, include, path

from . import __path__ as package
from . import server
from .wire import Endpoint, view_of

_WITHOUT_CALLS = {"apps", "audit_coverage", "urls"}


def declared() -> list[Endpoint]:
    """Every call, in the order of its path; the one that answers to all other paths is the last."""
    names = [module.name for module in iter_modules(package) if not module.ispkg and module.name not in _WITHOUT_CALLS]
    modules = [import_module(f"{__package__}.{name}") for name in names]
    found = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, Endpoint)}
    calls = sorted(found.values(), key=lambda one: ("<" in one.route, one.route))
    return [*calls, *server.NOTHING_HERE]


def _folder_of(route: str) -> str:
    """What routes of one resource have in common, such as "api/2.0/mlflow/runs/"; "" for a short or open one."""
    *folders, _ = route.split("/")
    return "".join(f"{folder}/" for folder in folders[:4] if "<" not in folder) if len(folders) >= 4 else ""


def _patterns() -> list[URLPattern | URLResolver]:
    """A path for each route. Those of one resource are looked at together: a call passes by the others at once.

    An open route ("<path:path>") is behind every other that could be meant.
    """
    folders: dict[str, list[URLPattern]] = {}
    short: list[URLPattern | URLResolver] = []
    behind: list[URLPattern | URLResolver] = []
    for route, calls in groupby(declared(), key=lambda one: one.route):
        endpoints = list(calls)
        view, name = view_of(endpoints).as_view(), endpoints[0].operation_id
        if folder := _folder_of(route):
            folders.setdefault(folder, []).append(path(route.removeprefix(folder), view, name=name))
        else:
            (behind if "<" in route else short).append(path(route, view, name=name))
    return [*short, *(path(folder, include(found)) for folder, found in folders.items()), *behind]


urlpatterns = _patterns()
