"""What a folder holds."""

from typing import NamedTuple

from registry.tracking.models import TrackedFile

from .owners import Owner, belonging_to, below


class Entry(NamedTuple):
    """One line of a folder: a file, or a folder in it, by its own name."""

    name: str
    is_folder: bool
    size: int


def entries(owner: Owner, folder: str) -> list[Entry]:
    """The files and folders in ``folder``, by name; none for a folder that does not exist."""
    files = TrackedFile.objects.filter(below(folder), **belonging_to(owner)).order_by("path")
    return grouped(files.values_list("path", "size"), folder)


def grouped(files: "object", folder: str) -> list[Entry]:
    """Paths with sizes, as the entries of the folder that they are in."""
    skipped = len(folder) + 1 if folder else 0
    found: dict[str, Entry] = {}
    for path, size in files:  # type: ignore[attr-defined]
        name, slash, _ = path[skipped:].partition("/")
        if slash:
            found[name] = Entry(name, True, 0)
        else:
            found[name] = Entry(name, False, size)
    return sorted(found.values())
