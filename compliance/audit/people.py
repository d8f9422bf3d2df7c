"""Names for the opaque references of the ledger, looked up when a page is shown and stored nowhere in it."""

import uuid
from collections.abc import Iterable

from django.contrib.auth import get_user_model

from .models import AuditEvent

ACCOUNTS = frozenset({"user", "service"})


def name_actors(events: Iterable[AuditEvent]) -> dict[tuple[str, str], str]:
    """What to call each actor of ``events``: the account's present username, or what is known when it is gone.

    One query for all of them.
    """
    actors = {(event.actor_kind, event.actor_ref) for event in events}
    ids = {known for kind, ref in actors if kind in ACCOUNTS and (known := _as_id(ref))}
    users = get_user_model()._default_manager.filter(pk__in=ids)
    names = {str(pk): name for pk, name in users.values_list("pk", get_user_model().USERNAME_FIELD)}
    return {(kind, ref): _name(kind, ref, names) for kind, ref in actors}


def _name(kind: str, ref: str, names: dict[str, str]) -> str:
    if kind in ACCOUNTS:
        return names.get(ref) or f"former account {ref[:8]}"
    return f"the portal ({ref})" if kind == "system" else "not signed in"


def _as_id(ref: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(ref)
    except ValueError:
        return None
