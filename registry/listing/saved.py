"""Filters that a person keeps under a name of their own."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from registry.audit_events import FILTER_REMOVED, FILTER_SAVED
from registry.models import FilteredList, SavedFilter

from .models import MODEL_FILTERS
from .versions import VERSION_FILTERS

MOST_SAVED = 50
_LONGEST_NAME, _LONGEST_VALUE = 60, 250
_KNOWN = {FilteredList.MODELS.value: MODEL_FILTERS, FilteredList.VERSIONS.value: VERSION_FILTERS}


def saved_by(user: Any, target: str) -> list[SavedFilter]:
    """The person's own filters of a list, by name."""
    return list(SavedFilter.objects.filter(owner_id=user.pk, target=target))


@transaction.atomic
def save_filter(user: Any, target: str, name: str, query: Mapping[str, Any], *, actor: Actor) -> SavedFilter:
    """Keep ``query`` for ``user``. Raises Invalid for what no list asks for, Conflict for a name that is taken."""
    name = " ".join(name.split())
    if target not in _KNOWN:
        raise Invalid(f"There are filters of {', '.join(_KNOWN)}.", code="filter.unknown_list", field="target")
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise Invalid(
            f"Give the filter a name of 1 to {_LONGEST_NAME} characters.", code="filter.name_missing", field="name"
        )
    asked = {key: value for key, value in query.items() if value}
    wrong = [key for key, value in asked.items() if key not in _KNOWN[target] or not _is_text(value)]
    if wrong or not asked:
        found = f"{str(wrong[0])[:60]!r} is no filter of this list" if wrong else "Nothing is asked for"
        raise Invalid(f"{found}. Use {', '.join(_KNOWN[target])}.", code="filter.invalid", field="query")
    if SavedFilter.objects.filter(owner_id=user.pk, target=target).count() >= MOST_SAVED:
        raise Conflict(f"You keep {MOST_SAVED} filters of this list; remove one first.", code="filter.too_many")
    try:
        with transaction.atomic():
            row = SavedFilter.objects.create(owner_id=user.pk, target=target, name=name, query=asked)
    except IntegrityError:
        raise Conflict(
            f"You keep a filter {name!r} already. Remove it, or choose another name.",
            code="filter.exists",
            field="name",
        ) from None
    record(FILTER_SAVED, row, actor=actor, listed=target)
    return row


@transaction.atomic
def remove_filter(row: SavedFilter, *, actor: Actor) -> None:
    """Forget a filter."""
    record(FILTER_REMOVED, row, actor=actor, listed=row.target)
    row.delete()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_VALUE and "\x00" not in value
