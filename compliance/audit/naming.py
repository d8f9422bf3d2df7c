"""Names of actors for people to read. The ledger holds references only; who knows the names registers here."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import AuditEvent

Resolver = Callable[[Iterable[str]], Mapping[str, str]]
_resolvers: list[Resolver] = []


def register_names(resolver: Resolver) -> None:
    """``resolver(refs)`` gives display names for those references that it knows; erased accounts are simply absent."""
    if resolver not in _resolvers:
        _resolvers.append(resolver)


def name_actors(events: "Iterable[AuditEvent]") -> None:
    """Set ``actor_name`` on each event with one query for all."""
    events = list(events)
    refs = {event.actor_ref for event in events if event.actor_kind in {"user", "service"}}
    names: dict[str, str] = {}
    for resolver in _resolvers if refs else ():
        names.update(resolver(refs))
    for event in events:
        event.actor_name = names.get(event.actor_ref, "")
