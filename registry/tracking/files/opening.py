"""Handing files of runs and logged models out."""

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from compliance.audit import Actor, record
from compliance.audit.ledger import record_alone
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import Digests, SealedReader
from modelops.lib.errors import NotAllowed, NotFound
from modelops.lib.fixed_queries import FixedQuery
from registry.artifacts.access import open_sealed
from registry.artifacts.small import SmallFile, opened
from registry.models import Artifact
from registry.tracking.models import LoggedModel, RegisteredFolder, Run

from .addresses import Address
from .closed import closed_at
from .events import FILE_DAMAGED, FILE_OPENED
from .owners import Owner, by_key, named_owner


class FoundFile(NamedTuple):
    """A file of an owner, with what it takes to hand it out; one of no bytes has no ``artifact``."""

    owner: Owner
    path: str
    size: int
    sha256: str
    has_closed: bool
    artifact: uuid.UUID | None
    small: SmallFile | None


def found_at(address: Address, user: Any) -> FoundFile:
    """The file at an address of a run or logged model that ``user`` may see. Raises NotFound."""
    row = _seen.first(user, address.kind, owner=address.owner, path=address.path) if address.path else None
    if row is None or address.experiment not in {"", str(row[0])}:
        named_owner(address, user)  # says which of both is missing
        raise NotFound(f"No such artifact: '{address.path[:200]}'", code="artifact.not_found")
    _, size, has_closed, artifact, sha256, *stored = row
    small = SmallFile(artifact, size, sha256, *stored) if artifact is not None else None
    return FoundFile(by_key(address), address.path, size, sha256 or "", has_closed, artifact, small)


@FixedQuery
def _seen(user: Any, kind: str, *, owner: Any, path: str) -> "QuerySet[Any, Any]":
    """With whether any version was made of files of the owner, and where the file lies first of all."""
    closed = RegisteredFolder.objects.filter(**{kind: OuterRef("pk")})
    owners: QuerySet[Any] = (Run if kind == "run" else LoggedModel).objects.visible_to(user)
    files = owners.filter(pk=owner, tracked_files__path=path).annotate(has_closed=Exists(closed))
    stored = "tracked_files__artifact"
    copy = f"{stored}__copies"
    rows = files.values_list(
        "experiment__number", "tracked_files__size", "has_closed", "tracked_files__artifact_id", f"{stored}__sha256",
        f"{stored}__storage_name", f"{stored}__wrapped_key", f"{copy}__state", f"{copy}__location__kind",
        f"{copy}__location__options", f"{copy}__location__is_primary", f"{copy}__location__is_up",
    )  # fmt: skip
    return rows.order_by(F(f"{copy}__location__is_primary").desc(nulls_last=True))[:1]


def require_not_held(owner: Owner, path: str) -> None:
    """Raise NotAllowed for a file of a version that the scanner holds: not under its old name either."""
    for closed in closed_at(owner, path):
        if closed.is_held:
            raise NotAllowed(
                f"The artifact {path[:200]!r} is part of {closed.version}, which the scanner has not found clean. See "
                "the page of the version for what was found.",
                code="artifact.quarantined",
            )


class TrackedDelivery:
    """The plaintext of a file in pieces; the last one waits until the digest of the whole is the stored one.

    ``content`` is the whole of a small file in its usual place, checked already. The ledger knows before anything is
    opened. Close it in any case.
    """

    def __init__(self, file: FoundFile, *, actor: Actor) -> None:
        if file.has_closed:
            require_not_held(file.owner, file.path)
        self._file, self._actor = file, actor
        self._reader: SealedReader | None = None
        self._tell()
        self.content = opened(file.small) if file.small is not None else b""
        if self.content is None:
            with self._damage_told():
                self._reader = open_sealed(Artifact.objects.get(pk=file.artifact))

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._reader is not None:
                with self._damage_told():
                    yield from self._checked(self._reader)
            elif self.content:
                yield self.content
        finally:
            self.close()

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._reader is not None:
            self._reader.close()

    def _tell(self) -> None:
        owner, size, sha256 = self._file.owner, self._file.size, self._file.sha256
        if not record_alone(FILE_OPENED, owner, actor=self._actor, owner=owner.audit_label, size=size, sha256=sha256):
            with transaction.atomic():
                record(FILE_OPENED, owner, actor=self._actor, owner=owner.audit_label, size=size, sha256=sha256)

    def _checked(self, reader: SealedReader) -> Iterator[bytes]:
        digests = Digests()
        waiting: bytes | None = None
        for piece in reader.pieces():
            if waiting is not None:
                yield waiting
            digests.update(piece)
            waiting = piece
        if waiting is None or digests.hex()["sha256"] != self._file.sha256:
            raise DecryptionFailed("The digest of the opened file is not the registered one.")
        yield waiting

    def _damage_told(self) -> "_DamageTold":
        return _DamageTold(self._file.owner, self._actor)


class _DamageTold:
    """Leaves a row in the ledger for a file that does not open."""

    def __init__(self, owner: Owner, actor: Actor) -> None:
        self._owner, self._actor = owner, actor

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DecryptionFailed):
            with transaction.atomic():
                owner = self._owner.audit_label
                record(FILE_DAMAGED, self._owner, actor=self._actor, outcome="failure", owner=owner)
