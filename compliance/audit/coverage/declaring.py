"""What the apps declare: an event, several events or an exemption for each method of a route and for each model."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..audit_events import ADMIN_OBJECT_VIEWED
from ..events import EventClass
from .exempt import Exempt

Told = EventClass | tuple[EventClass, ...] | Exempt


class CoverageError(ValueError):
    """A declaration that contradicts another one, or tells of nothing."""


@dataclass(frozen=True, slots=True)
class AdminPages:
    """The pages that the admin makes for a model: list, add, change, delete, history."""

    opened: Told
    listed: Told
    listing_acts: Told
    adds: Told
    changes: Told
    deletes: Told
    strict: bool


_routes: dict[tuple[str, str], Told] = {}
_admin: dict[str, AdminPages] = {}
_models: dict[str, Told] = {}


def route(path: str, **methods: Told) -> None:
    """Declare ``path`` as it stands in the URLconf: ``route("models/-/new/", get=Exempt.FORM, post=REGISTERED)``."""
    if not methods:
        raise CoverageError(f"{path!r} is declared without a method.")
    for method, told in methods.items():
        _add(_routes, (path, method.upper()), told, f"{method.upper()} {path}")


def admin_pages(
    label: str,
    *,
    opened: Told = ADMIN_OBJECT_VIEWED,
    listed: Told = Exempt.NAMES,
    listing_acts: Told = Exempt.SAME_AS_GET,
    adds: Told = Exempt.REFUSED,
    changes: Told = Exempt.REFUSED,
    deletes: Told = Exempt.REFUSED,
    strict: bool = False,
) -> None:
    """Declare the pages that the admin makes for the model ``label`` ("registry.Dataset").

    ``listing_acts`` is what its actions do with chosen rows; one of several stands for all.

    With ``strict`` the pages show a secret or personal data: what cannot be recorded is not shown.
    """
    for told in (opened, listed, listing_acts, adds, changes, deletes):
        _check(told, label)
    if label.lower() in _admin:
        raise CoverageError(f"The admin pages of {label} are declared twice.")
    _admin[label.lower()] = AdminPages(opened, listed, listing_acts, adds, changes, deletes, strict)


def model(label: str, *events: EventClass, exempt: Exempt | None = None) -> None:
    """Declare by which events the rows of ``label`` ("registry.Dataset") come, change and go; or why by none."""
    if bool(events) == (exempt is not None):
        raise CoverageError(f"{label} needs events or an exemption, and not both.")
    _add(_models, label.lower(), exempt or events, label)


def declared_routes() -> dict[tuple[str, str], Told]:
    """By path and method."""
    return dict(_routes)


def declared_admin() -> dict[str, AdminPages]:
    """By label of the model, in lower case."""
    return dict(_admin)


def declared_models() -> dict[str, Told]:
    """By label, in lower case."""
    return dict(_models)


def events_of(told: Told) -> tuple[EventClass, ...]:
    """The events; none for an exemption."""
    if isinstance(told, Exempt):
        return ()
    return told if isinstance(told, tuple) else (told,)


def _add(known: dict[Any, Any], key: object, told: Told, words: str) -> None:
    _check(told, words)
    if key in known:
        raise CoverageError(f"{words} is declared twice.")
    known[key] = told


def _check(told: Told, words: str) -> None:
    parts: Iterable[object] = told if isinstance(told, tuple) else (told,)
    if told == () or not all(isinstance(part, EventClass | Exempt) for part in parts):
        raise CoverageError(f"{words} is told by {told!r}; events or one of the exemptions are expected.")
