"""Standing rights, told by the apps that give them in their ``access_rights.py``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Right:
    """``key`` is the same for the same right; ``group`` is what it is sampled within: a role, a kind of grant.

    ``holder_ref`` is the id of an account or the name of a group; no personal value.
    """

    key: str
    group: str
    holder_ref: str
    says: str


_sources: dict[str, Callable[[], Iterator[Right]]] = {}


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
        yield from _sources[name]()
