"""The paths of MLflow's protocol: every module of this package that declares calls (`wire.endpoint`) has them here."""

from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules

from django.urls import path

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


urlpatterns = []
for _route, _calls in groupby(declared(), key=lambda one: one.route):
    _endpoints = list(_calls)
    urlpatterns.append(path(_route, view_of(_endpoints).as_view(), name=_endpoints[0].operation_id))
