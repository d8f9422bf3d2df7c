"""Which files of a store somebody still needs. Rooms above the artifacts tell of their own files here."""

from collections.abc import Callable, Collection

from registry.models import Artifact

Needed = Callable[[Collection[str]], set[str]]


def _artifacts(names: Collection[str]) -> set[str]:
    return set(Artifact.objects.filter(storage_name__in=names).values_list("storage_name", flat=True))


_askers: list[Needed] = [_artifacts]


def ask_also(asker: Needed) -> None:
    """Let ``asker`` say which of the names it is given it needs."""
    if asker not in _askers:
        _askers.append(asker)


def needed(names: Collection[str]) -> set[str]:
    """Those of ``names`` that a row names; all others belong to nobody."""
    found: set[str] = set()
    for asker in _askers:
        found |= asker(names)
    return found
