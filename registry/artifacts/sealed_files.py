"""Sealed files that lie somewhere on this machine: what their header says, and their plaintext once all is proven."""

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from compliance.audit import Actor, record
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import HEADER_BYTES, TAG_BYTES, Digests, Header, SealedReader
from modelops.lib.errors import Conflict, Invalid, NotFound
from registry.audit_events import ARTIFACT_OPENED
from registry.models import Artifact

from .data_keys import context_of, data_key_of

_STORED_NAME = re.compile(r"([0-9a-f]{32})\.sealed")


@contextmanager
def sealed_file(path: Path) -> Iterator[BinaryIO]:
    """The file for reading. Raises Invalid for anything but a regular file: a link could lead anywhere."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        why = "it is a symbolic link; name the file itself" if path.is_symlink() else error.strerror
        raise Invalid(f"{path} cannot be opened: {why}.", code="file.unreadable") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Invalid(f"{path} is no regular file; name a sealed file.", code="file.unreadable")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def inspect(path: Path) -> dict[str, str | int]:
    """What the header says; needs no key and no database. Raises DecryptionFailed for what is no sealed file."""
    with sealed_file(path) as file:
        header = Header.unpack(file.read(HEADER_BYTES))
        stored = os.fstat(file.fileno()).st_size
    full, rest = divmod(stored - HEADER_BYTES, header.segment_bytes + TAG_BYTES)
    return {
        "format": 1,
        "cipher": header.algorithm.suite,
        "codec": header.codec.label,
        "segment_bytes": header.segment_bytes,
        "segments": full + 1,
        "data_key_id": str(header.data_key_id),
        "key_version": header.key_version,
        "salt": header.salt.hex(),
        "commitment": header.commitment.hex(),
        "stored_bytes": stored,
        "content_bytes": full * header.segment_bytes + rest - TAG_BYTES if rest >= TAG_BYTES else "truncated",
    }


def open_into(path: Path, out: Path, *, actor: Actor) -> Artifact:
    """Write the plaintext to ``out``, mode 0600, once every segment has opened and each digest is the registered one.

    Otherwise nothing is written there, and what stood there stays. Raises DomainError.
    """
    _check_target(path, out)
    temporary = out.with_name(f".{out.name[:200]}.{secrets.token_hex(8)}.part")
    with _opened(path) as (artifact, reader):
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as target:
                    for piece in _proven(reader, artifact):
                        target.write(piece)
                    target.flush()
                    os.fsync(descriptor)
                _record(artifact, actor)
                temporary.replace(out)
                _sync_folder(out.parent)
            finally:
                with suppress(FileNotFoundError):
                    temporary.unlink()
        except OSError as error:
            raise Invalid(f"{out} cannot be written: {error.strerror}.", code="file.unwritable") from None
    return artifact


def open_to_stream(path: Path, target: BinaryIO, *, actor: Actor) -> Artifact:
    """The same into a stream. The file is read twice: nothing is given before all of it is proven."""
    with _opened(path) as (artifact, reader):
        for _ in _proven(reader, artifact):
            pass
        _record(artifact, actor)
        for piece in _proven(reader, artifact):
            target.write(piece)
        target.flush()
    return artifact


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Artifact, SealedReader]]:
    with sealed_file(path) as file:
        header = Header.unpack(file.read(HEADER_BYTES))
        named = _STORED_NAME.fullmatch(path.name)
        if named is not None and named[1] != header.data_key_id.hex:
            raise DecryptionFailed(
                f"{path.name} holds the file {header.data_key_id}: somebody has put one file in another's place."
            )
        artifact = Artifact.objects.filter(pk=header.data_key_id).first()
        if artifact is None:
            raise NotFound(
                f"This portal has no file {header.data_key_id}. Ask the portal that sealed it.",
                code="artifact.unknown_key",
            )
        with SealedReader(file, data_key=data_key_of(artifact), context=context_of(artifact.pk)) as reader:
            yield artifact, reader


def _proven(reader: SealedReader, artifact: Artifact) -> Iterator[bytes]:
    """Every piece; raises DecryptionFailed at the end unless all digests are the registered ones."""
    registered = {name: digest for name in ("sha256", "sha512") if (digest := getattr(artifact, name))}
    digests = Digests(registered)
    for piece in reader.pieces():
        digests.update(piece)
        yield piece
    if digests.hex() != registered:
        raise DecryptionFailed("The digest of the opened file is not the registered one.")


def _check_target(path: Path, out: Path) -> None:
    try:
        found = out.lstat()
    except FileNotFoundError:
        found = None
    except OSError as error:
        raise Invalid(f"{out} cannot be written: {error.strerror}.", code="file.unwritable") from None
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise Invalid(f"{out} is no regular file; name a new file, or - for the output.", code="file.unwritable")
    if found is not None and path.exists() and out.samefile(path):
        raise Conflict(f"{out} is the sealed file itself; name another one.", code="file.same")
    store = (Path(settings.MODELOPS_HOME) / "artifacts").resolve()
    if out.parent.resolve().is_relative_to(store):
        raise Invalid(f"{out} lies in the artifact folder, where no plaintext may be.", code="file.unwritable")


def _record(artifact: Artifact, actor: Actor) -> None:
    with transaction.atomic():
        record(ARTIFACT_OPENED, artifact, actor=actor, sha256=artifact.sha256, size=artifact.size)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
