"""Every route that answers, with the methods that it takes, and every model that has rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

_SAFE_BY_NATURE = {"HEAD", "OPTIONS"}
_HANDLERS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# A view that names no methods takes these two; what else is sent to it acts as one of them.
_UNNAMED = frozenset({"GET", "POST"})
ADMIN_KINDS = ("changelist", "add", "history", "delete", "change")


@dataclass(frozen=True, slots=True)
class Route:
    """``admin_model`` and ``admin_kind`` stand for pages that the admin makes by itself."""

    path: str
    methods: frozenset[str]
    view: str
    admin_model: str = ""
    admin_kind: str = ""


def all_routes() -> list[Route]:
    """In the order of the URLconf. Two patterns of one path (the same address by two methods) are two routes."""
    return [_described(path, pattern) for path, pattern in _walk(get_resolver().url_patterns, "")]


def all_models() -> list[str]:
    """Labels of every model with a table of its own, also of the tables that join two."""
    return [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.managed
    ]


def _walk(patterns: Any, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            yield _plain(path), pattern


def _plain(path: str) -> str:
    """The admin's list of apps carries their names in its expression; whoever adds an app changes no route."""
    return "admin/<app_label>/" if path.startswith("admin/^(?P<app_label>") else path


def _described(path: str, pattern: URLPattern) -> Route:
    view = _innermost(pattern.callback)
    cls = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
    named = cls or view
    words = f"{named.__module__}.{getattr(named, '__qualname__', '')}"
    model_admin = getattr(pattern.callback, "model_admin", None)
    if model_admin is not None:
        label = model_admin.model._meta.label
        kind = str(pattern.name or "").removeprefix(f"{label.replace('.', '_').lower()}_")
        if kind in ADMIN_KINDS:
            return Route(path, _UNNAMED, words, label, kind)
        if pattern.name is None:
            return Route(path, frozenset({"GET"}), words, label, "redirect")
    return Route(path, _methods(pattern.callback, cls), words)


def _methods(view: Callable[..., Any], cls: Any) -> frozenset[str]:
    if cls is not None:
        allowed = {name.upper() for name in cls.http_method_names}
        return frozenset(name for name in _HANDLERS if name in allowed and hasattr(cls, name.lower()))
    named = _named_methods(view)
    return frozenset(named) - _SAFE_BY_NATURE if named is not None else _UNNAMED


def _named_methods(view: Any) -> list[str] | None:
    """What `require_http_methods` was given, wherever it stands among the decorators."""
    while view is not None:
        code = getattr(view, "__code__", None)
        if code is not None and "request_method_list" in code.co_freevars:
            return list(view.__closure__[code.co_freevars.index("request_method_list")].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None


def _innermost(view: Any) -> Any:
    while getattr(view, "__wrapped__", None) is not None:
        view = view.__wrapped__
    return getattr(view, "__func__", view)
