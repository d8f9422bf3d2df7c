"""Pages of a long list: keyset pages that cost the same at row one and row one million, and filter chips."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25
_PLACE_PARAMETERS = ("after", "before")


@dataclass(frozen=True)
class Page:
    """The rows of one page in display order, and the addresses of its neighbours ("" when there is none)."""

    rows: Sequence[Any]
    previous_url: str
    next_url: str


def keyset_page(
    request: HttpRequest, rows: QuerySet[Any], order_by: str = "-created_at", size: int = PAGE_SIZE
) -> Page:
    """One page of ``rows``, ordered by a column that is never null and then by primary key.

    The place in the list travels in the address as the last row's values, so no row is skipped or shown twice when
    others are added meanwhile, and no count is needed. A place that cannot be read gives the first page.
    """
    descending = order_by.startswith("-")
    column = order_by.lstrip("-")
    backwards = "before" in request.GET
    place = request.GET.get("before" if backwards else "after", "")
    found = _slice(rows, column, descending=descending != backwards, place=place, size=size)
    if found is None:
        backwards, place = False, ""
        found = _slice(rows, column, descending=descending, place="", size=size) or []
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_previous = more if backwards else bool(place)
    has_next = (bool(place) if backwards else more) and bool(found)
    return Page(
        rows=found,
        previous_url=_url(request, "before", _place(found[0], column)) if has_previous and found else "",
        next_url=_url(request, "after", _place(found[-1], column)) if has_next else "",
    )


def choice_filter(
    request: HttpRequest,
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    default: str = "",
    all_label: str = "All",
) -> dict[str, Any]:
    """Filter chips for ``templates/patterns/filters.html``; ``["value"]`` is the chosen one, "" for all.

    A value that is not among ``choices`` counts as ``default``.
    """
    known = [str(value) for value, _ in choices]
    asked = request.GET.get(name, default)
    value = asked if asked in known or asked == "" else default
    options = [
        {"value": str(key), "label": text, "url": with_parameter(request, name, str(key))} for key, text in choices
    ]
    return {
        "name": name,
        "label": label,
        "all_label": all_label,
        "value": value,
        "options": options,
        "all_url": with_parameter(request, name, "" if default else None),
    }


def with_parameter(request: HttpRequest, name: str, value: str | None) -> str:
    """The present address with one parameter changed (None removes it), back on the first page."""
    parameters = request.GET.copy()
    for place in _PLACE_PARAMETERS:
        parameters.pop(place, None)
    if value is None:
        parameters.pop(name, None)
    else:
        parameters[name] = value
    return f"?{parameters.urlencode()}"


def _slice(rows: QuerySet[Any], column: str, *, descending: bool, place: str, size: int) -> list[Any] | None:
    """``size`` + 1 rows beyond ``place``; None when the place cannot be read."""
    sign = "-" if descending else ""
    beyond = "lt" if descending else "gt"
    if place:
        values = _read_place(place)
        if values is None:
            return None
        value, key = values
        try:
            rows = rows.filter(Q(**{f"{column}__{beyond}": value}) | Q(**{column: value, f"pk__{beyond}": key}))
        except (FieldError, ValidationError, ValueError, TypeError):
            return None
    return list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: size + 1])


def _place(row: Model, column: str) -> str:
    value: Any = row
    for part in column.split("__"):
        value = getattr(value, part)
    text = json.dumps([value.isoformat() if hasattr(value, "isoformat") else str(value), str(row.pk)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_place(place: str) -> tuple[str, str] | None:
    try:
        value, key = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
    except (binascii.Error, ValueError, TypeError):
        return None
    return (value, key) if isinstance(value, str) and isinstance(key, str) and "\x00" not in value + key else None


def _url(request: HttpRequest, name: str, value: str) -> str:
    parameters = request.GET.copy()
    for place in _PLACE_PARAMETERS:
        parameters.pop(place, None)
    parameters[name] = value
    return f"?{parameters.urlencode()}"
