"""Standing rights, told by the apps that give them in their ``access_rights.py``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from compliance.audit import Actor
from modelops.lib.errors import Conflict


@dataclass(frozen=True, slots=True)
class Right:
    """``key`` is the same for the same right; ``group`` is what it is sampled within: a role, a kind of grant.

    ``holder_ref`` is the id of an account or the name of a group; no personal value.
    """

    key: str
    group: str
    holder_ref: str
    says: str
    source: str = ""


Taker = Callable[[str, Actor], bool]

_sources: dict[str, Callable[[], Iterator[Right]]] = {}
_takers: dict[str, Taker] = {}


def rights_source(name: str) -> Callable[[Callable[[], Iterator[Right]]], Callable[[], Iterator[Right]]]:
    """Decorator: the function gives every standing right of one kind."""

    def add(source: Callable[[], Iterator[Right]]) -> Callable[[], Iterator[Right]]:
        if _sources.get(name, source) is not source:
            raise ValueError(f"Rights of {name!r} are told twice.")
        _sources[name] = source
        return source

    return add


def standing_rights() -> Iterator[Right]:
    """All of them, source by source."""
    for name in sorted(_sources):
        yield from (replace(right, source=name) for right in _sources[name]())


def rights_taker(name: str) -> Callable[[Taker], Taker]:
    """Decorator: the function takes away the right of a key, and says whether it still stood."""

    def add(taker: Taker) -> Taker:
        if _takers.get(name, taker) is not taker:
            raise ValueError(f"Rights of {name!r} are taken twice.")
        _takers[name] = taker
        return taker

    return add


def take_away(source: str, key: str, *, actor: Actor) -> bool:
    """Take the right away, at once; False when it was gone already. Raises Conflict where nobody can."""
    if source not in _takers:
        raise Conflict("This right is taken away where it was given; explain the line.", code="review.no_taker")
    return _takers[source](key, actor)
