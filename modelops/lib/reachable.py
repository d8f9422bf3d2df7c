"""Whether somebody may open a page of this portal, asked before it is offered as a link."""

from collections.abc import Callable, Iterator
from inspect import getclosurevars
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import Resolver404, resolve


def may_open(request: HttpRequest, address: str) -> bool:
    """Whether the page at ``address`` asks for no permission that the caller lacks.

    It knows what Django's decorators and admin classes ask for; a page that refuses by its own code counts as open.
    Addresses elsewhere are open, those of no page are not.
    """
    split = urlsplit(address)
    if split.netloc or not split.path:
        return True
    try:
        view = resolve(split.path).func
    except Resolver404:
        return False
    model_admin = getattr(view, "model_admin", None)
    if model_admin is not None:
        return bool(model_admin.has_view_or_change_permission(request))
    return all(_passes(test, request.user) for test in _tests(view))


def _tests(view: Callable[..., Any]) -> Iterator[Callable[[Any], bool]]:
    """What ``user_passes_test`` was given, by whichever decorator; the outermost first."""
    layer: Any = view
    while layer is not None:
        if hasattr(layer, "__closure__"):
            test = getclosurevars(layer).nonlocals.get("test_func")
            if test is not None:
                yield test
        layer = getattr(layer, "__wrapped__", None)


def _passes(test: Callable[[Any], bool], user: Any) -> bool:
    try:
        return bool(test(user))
    except PermissionDenied:
        return False
