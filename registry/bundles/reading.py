"""A bundle that arrived: proven in one pass, with its documents and the places of its files. No database in here."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from modelops.lib.names import NAME_PATTERN
from registry.artifacts.paths import MOST_FILES, check_paths

from .contents import FILES, MODEL
from .verify_bundle import Bad, Bundle, Member

LARGEST_DOCUMENT = 4 * 2**20
MOST_DOCUMENTS = 50


class Source(Protocol):
    """Where the bundle lies; it is opened for each pass."""

    def open_plaintext(self) -> BinaryIO:
        """The bundle from its beginning."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the bundle: what was signed of it, its path in the version, and where its bytes begin."""

    member: Member
    path: str
    offset: int


@dataclass(frozen=True, slots=True)
class Proven:
    """A bundle of which every byte is as it was signed by ``signer``, the fingerprint of a key."""

    sha256: str
    signer: str
    model: str
    version: int
    facts: dict[str, Any]
    documents: dict[str, Any]
    files: tuple[Place, ...]

    @property
    def is_directory(self) -> bool:
        """Whether the files are a directory."""
        return bool(self.facts.get("is_directory"))


def prove(source: Source, keys: dict[str, Ed25519PublicKey]) -> Proven:
    """Read all of the bundle once. Raises Bad for one that does not hold, Invalid for paths that cannot be used."""
    documents: dict[str, Any] = {}
    files: list[Place] = []
    with source.open_plaintext() as file:
        bundle = Bundle(file, keys)
        _refuse_crowds(bundle.listed)
        check_paths(member.name[len(FILES) :] for member in bundle.listed if member.name.startswith(FILES))
        for member, pieces in bundle.members():
            if member.name.startswith(FILES):
                files.append(Place(member, member.name[len(FILES) :], file.tell()))
                for _ in pieces:
                    pass
            else:
                documents[member.name] = _document(member.name, pieces)
    facts = documents.get(MODEL)
    name, number = bundle.manifest.get("model"), bundle.manifest.get("version")
    if not isinstance(facts, dict) or not isinstance(facts.get("version"), dict):
        raise Bad(f"There is no usable {MODEL!r} in the bundle.", "content")
    if (
        not isinstance(name, str)
        or not re.fullmatch(NAME_PATTERN, name)
        or type(number) is not int
        or not 0 < number < 2**31
    ):
        raise Bad("The manifest does not say which model and version it is.", "content")
    if not facts["version"].get("is_directory") and len(files) != 1:
        raise Bad(f"{MODEL!r} speaks of a single file, and the bundle has {len(files)}.", "content")
    return Proven(bundle.sha256, bundle.signer, name, number, facts["version"], documents, tuple(files))


@contextmanager
def opened(source: Source, place: Place) -> Iterator[Iterator[bytes]]:
    """The bytes of one file of a bundle that was proven before."""
    with source.open_plaintext() as file:
        file.seek(place.offset)
        yield _exactly(file, place.member.size)


def _exactly(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size and (piece := file.read(min(size, 1 << 20))):
        size -= len(piece)
        yield piece


def _refuse_crowds(listed: list[Member]) -> None:
    documents = [member for member in listed if not member.name.startswith(FILES)]
    if len(documents) > MOST_DOCUMENTS or len(listed) - len(documents) > MOST_FILES:
        raise Bad(f"The bundle has more than {MOST_DOCUMENTS} documents or {MOST_FILES:,} files.", "content")
    for member in documents:
        if member.size > LARGEST_DOCUMENT:
            raise Bad(f"{member.name!r} is larger than the {LARGEST_DOCUMENT:,} bytes of a document.", "content")


def _document(name: str, pieces: Iterator[bytes]) -> Any:
    text = b"".join(pieces)
    if not name.endswith(".json"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Bad(f"{name!r} is no JSON.", "content") from None
