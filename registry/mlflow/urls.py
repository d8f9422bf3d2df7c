"""The paths of MLflow's protocol: each module below declares its calls (`wire.endpoint`)."""

from itertools import groupby
from types import ModuleType

from django.urls import path

from . import artifacts, server
from .wire import Endpoint, view_of

MODULES: tuple[ModuleType, ...] = (
    artifacts,
    server,
)  # fmt: skip


def declared() -> list[Endpoint]:
    """Every call, in the order of its path; the one that answers to all other paths is the last."""
    found = [one for module in MODULES for one in vars(module).values() if isinstance(one, Endpoint)]
    return [*sorted(found, key=lambda one: ("<" in one.route, one.route)), *server.NOTHING_HERE]


urlpatterns = [
    path(route, view_of(list(endpoints)).as_view(), name=f"mlflow:{route}")
    for route, endpoints in groupby(declared(), key=lambda one: one.route)
]
