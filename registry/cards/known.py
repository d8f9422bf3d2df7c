"""What the portal itself knows for a heading of the technical documentation.

Apps above register what they know in their ``card_facts.py``, found by name at start.
"""

from collections.abc import Callable, Iterable

from registry.models import ModelVersion

Fact = tuple[str, str]
Knows = Callable[[ModelVersion], Iterable[Fact]]

_known: dict[int, list[Knows]] = {}


def knows(heading: int) -> Callable[[Knows], Knows]:
    """Decorator: the function gives (label, text) of a version for the heading ``heading`` of Annex IV."""

    def add(look: Knows) -> Knows:
        _known.setdefault(heading, []).append(look)
        return look

    return add


def facts_for(heading: int, version: ModelVersion) -> list[Fact]:
    """What every app knows of ``version`` under ``heading``."""
    return [fact for look in _known.get(heading, ()) for fact in look(version)]
