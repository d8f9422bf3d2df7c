"""One state of one object, piece by piece; every refusal says what of it does not fit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from compliance.subjects.erasure.rehearsing import is_rehearsal
from modelops.lib.errors import Conflict, Invalid, NotFound
from registry.locations.choose import store_of
from registry.locations.plain import PlainObject, PlainObjects
from registry.locations.store import FileMissing, StorageUnavailable

from .folder import FolderOfObjects
from .keys import checked_key, checked_prefix
from .models import DataSource

PIECE_BYTES = 8 << 20
MOST_LISTED = 200


def look(source: DataSource, key: str) -> PlainObject:
    """The object as it is now. Raises Invalid for the key, NotFound, StorageUnavailable."""
    checked_key(key)
    with _said(source, key):
        return _place(source).look_at(key)


def listed(source: DataSource, prefix: str = "") -> list[PlainObject]:
    """Up to `MOST_LISTED` objects below a folder. Raises Invalid for the prefix, StorageUnavailable."""
    prefix = checked_prefix(prefix)
    with _said(source, prefix):
        return _place(source).below(prefix, MOST_LISTED)


def read(source: DataSource, expected: PlainObject, start: int = 0) -> Iterator[bytes]:
    """The bytes of the object from ``start`` on, as long as it is the one that was looked at.

    Raises Conflict when it has changed, NotFound when it is gone, Invalid when it ends early, StorageUnavailable.
    """
    key = checked_key(expected.key)
    with _said(source, key):
        place = _place(source)
        if place.look_at(key) != expected:
            raise changed(source, key)
        for begin in range(start, expected.size, PIECE_BYTES):
            end = min(begin + PIECE_BYTES, expected.size)
            piece = place.read_at(expected, begin, end)
            if len(piece) != end - begin:
                raise Invalid(
                    f"{key} of {source} gave {len(piece):,} bytes where {end - begin:,} were announced.",
                    code="source.truncated",
                    field="key",
                )
            yield piece
        # Not every server minds the condition of a request for a range.
        if place.look_at(key) != expected:
            raise changed(source, key)


def changed(source: DataSource, key: str) -> Conflict:
    """The refusal of an object that is another one by now."""
    return Conflict(
        f"{key} of {source} has changed since it was looked at, so nothing of it was kept. Import it again.",
        code="source.changed",
        field="key",
    )


def _place(source: DataSource) -> PlainObjects:
    if source.kind == "filesystem":
        if is_rehearsal():
            raise StorageUnavailable("A restore drill reads nothing from outside.")
        return FolderOfObjects(source.options["folder"])
    # What a store needs of a location a source has as well; its guard lets requests out to its endpoint only.
    return cast(PlainObjects, store_of(cast(Any, source)))


@contextmanager
def _said(source: DataSource, key: str) -> Iterator[None]:
    """Refusals of stores, which speak of sealed files, in the words of a source."""
    try:
        yield
    except FileMissing:
        raise NotFound(f"There is no object {key} in {source}.", code="source.object_missing", field="key") from None
    except Conflict:
        raise changed(source, key) from None
