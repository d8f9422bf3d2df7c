"""Removing rows whose time is over from tables that the database watches: each with a row of the ledger about it."""

from django.db import transaction
from django.db.models import QuerySet

from compliance.audit import Actor, record
from compliance.audit.events import EventClass


def remove_recorded(over: QuerySet, event: EventClass, *, actor: Actor) -> int:
    """Delete every row of ``over`` and tell of it, about its account; returns how many went.

    Row by row: safe to be killed anywhere and to run twice at once, and each row of the ledger says what was in it.
    """
    removed = 0
    for row in over.select_related("user").iterator(chunk_size=200):
        with transaction.atomic():
            if over.model._default_manager.filter(pk=row.pk).delete()[0]:
                record(event, row.user, actor=actor)
                removed += 1
    return removed
