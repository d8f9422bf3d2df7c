"""What a version is made of when its bytes have arrived before: one upload, or several that become a directory."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from modelops.lib.errors import Invalid
from registry.artifacts.sealed import SealedUpload
from registry.sealed_client.travelling import SentKey

from .assembly import assembled, held, seal_again
from .services import mark_completed, upload_of

Opening = Callable[[], SealedUpload]
Then = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """One file, or the files of a directory by path, and what to do in the transaction that stores them."""

    file: SealedUpload | None
    files: list[tuple[str, Opening]] = field(default_factory=list)
    then: Then | None = None
    sealed: tuple[SentKey, ...] = ()


@contextmanager
def from_uploads(owner_id: object, said: Mapping[str, Any]) -> Iterator[Sent]:
    """What ``said`` names: ``upload``, or ``files`` with a path and an upload each; all of them the account's own.

    Beside an upload that the sender sealed stands its wrapped data key, ``sealed``.
    Raises NotFound, Conflict for an upload that is not whole or is used, Invalid for one that is named twice.
    """
    if said.get("upload") is not None:
        key = _key_of(said)
        with assembled(upload_of(owner_id, said["upload"]), key) as (upload, then):
            yield Sent(upload, then=then, sealed=(key,) if key else ())
        return
    named = [(each["path"], upload_of(owner_id, each["upload"]), _key_of(each)) for each in said["files"]]
    sessions = [session for _, session, _ in named]
    if len({session.pk for session in sessions}) < len(sessions):
        raise Invalid(
            "An upload is named twice. Upload each file by itself, also when two are alike.",
            code="upload.named_twice",
            field="files",
        )

    def complete(version: Any) -> None:
        for session in sessions:
            mark_completed(session, version)

    with held(sessions):
        files = [(path, partial(seal_again, session, key)) for path, session, key in named]
        yield Sent(None, files, complete, tuple(key for _, _, key in named if key))


def _key_of(said: Mapping[str, Any]) -> SentKey | None:
    return SentKey.from_json(said["sealed"]) if said.get("sealed") else None
