"""The search box of an admin list over encrypted columns: the whole value finds its row, a part of one is refused."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from .blind_index import normalise

PART_OF_AN_ADDRESS = (
    "That is a part of an address. Addresses are encrypted, so only a whole one can be found: type all of it, as in "
    "name@example.org."
)


def is_part_of_an_address(term: str) -> bool:
    """Whether somebody means an address and has not typed a whole one."""
    address = normalise(term)
    if "@" not in address:
        return False
    try:
        validate_email(address)
    except ValidationError:
        return True
    return "%" in address or "*" in address


class BlindIndexSearch:
    """Mixin for ``ModelAdmin``: ``blind_search_fields`` names `BlindIndexField` columns that the search box asks too.

    What is typed is compared as a whole, in the form of `normalise`. Other ``search_fields`` work as ever.
    """

    blind_search_fields: tuple[str, ...] = ()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Rows found by the plain fields or by the whole value of an encrypted one."""
        term = search_term.strip()
        if is_part_of_an_address(term):
            messages.warning(request, PART_OF_AN_ADDRESS)
            return queryset.none(), False
        found, duplicates = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        if not term:
            return found, duplicates
        whole = Q(pk__in=[])
        for name in self.blind_search_fields:
            whole |= Q(**{name: term})
        exact: Any = queryset.filter(whole)
        # An address is no reference and has no part in one: the index alone answers, in no time at a million rows.
        return (exact, False) if "@" in normalise(term) else (found | exact, duplicates)
