"""Handing files of runs and logged models out."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from compliance.audit import Actor, record
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import Digests, SealedReader
from modelops.lib.errors import NotAllowed, NotFound
from modelops.lib.fixed_queries import FixedQuery
from registry.artifacts.access import open_sealed
from registry.tracking.models import LoggedModel, RegisteredFolder, Run, TrackedFile

from .addresses import Address
from .closed import closed_at
from .events import FILE_DAMAGED, FILE_OPENED
from .owners import Owner, kind_of, owner_of


def found_at(address: Address, user: Any) -> tuple[Owner, TrackedFile]:
    """The file at an address of a run or logged model that ``user`` may see, with its owner. Raises NotFound."""
    file: TrackedFile | None = _seen.first(user, address.kind, owner=address.owner, path=address.path)
    owner: Owner | None = getattr(file, address.kind) if file is not None else None
    if file is None or owner is None or address.experiment not in {"", owner.experiment.experiment_id}:
        owner = owner_of(address, user)  # says which of both is missing
        file = file_of(owner, address.path)
    return owner, file


@FixedQuery
def _seen(user: Any, kind: str, *, owner: Any, path: str) -> "QuerySet[TrackedFile]":
    """With whether any version was made of files of the owner."""
    owners = (Run if kind == "run" else LoggedModel).objects.visible_to(user)
    closed = RegisteredFolder.objects.filter(**{kind: OuterRef(f"{kind}_id")})
    files = TrackedFile.objects.filter(**{kind: owner, f"{kind}__in": owners}, path=path)
    rows = files.select_related("artifact", f"{kind}__experiment").defer(f"{kind}__parameters")
    return rows.annotate(has_closed=Exists(closed)).order_by()


def file_of(owner: Owner, path: str) -> TrackedFile:
    """The file at ``path``. Raises NotFound."""
    found: TrackedFile | None = _file.first(None, kind_of(owner), owner=owner.pk, path=path) if path else None
    if found is None:
        raise NotFound(f"No such artifact: '{path[:200]}'", code="artifact.not_found")
    return found


@FixedQuery
def _file(reader: None, kind: str, *, owner: Any, path: str) -> "QuerySet[TrackedFile]":
    return TrackedFile.objects.filter(**{kind: owner}, path=path).select_related("artifact").order_by()


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

    The ledger knows before anything is opened. Close it in any case.
    """

    def __init__(self, owner: Owner, file: TrackedFile, *, actor: Actor) -> None:
        if getattr(file, "has_closed", True):
            require_not_held(owner, file.path)
        self._owner, self._file, self._actor = owner, file, actor
        self._reader: SealedReader | None = None
        sha256 = file.artifact.sha256 if file.artifact is not None else ""
        with transaction.atomic():
            record(FILE_OPENED, owner, actor=actor, owner=owner.audit_label, size=file.size, sha256=sha256)
        if file.artifact is not None:
            with self._damage_told():
                self._reader = open_sealed(file.artifact)

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._reader is not None:
                with self._damage_told():
                    yield from self._checked(self._reader)
        finally:
            self.close()

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._reader is not None:
            self._reader.close()

    def _checked(self, reader: SealedReader) -> Iterator[bytes]:
        digests = Digests()
        waiting: bytes | None = None
        for piece in reader.pieces():
            if waiting is not None:
                yield waiting
            digests.update(piece)
            waiting = piece
        if waiting is None or self._file.artifact is None or digests.hex()["sha256"] != self._file.artifact.sha256:
            raise DecryptionFailed("The digest of the opened file is not the registered one.")
        yield waiting

    def _damage_told(self) -> "_DamageTold":
        return _DamageTold(self._owner, self._file, self._actor)


class _DamageTold:
    """Leaves a row in the ledger for a file that does not open."""

    def __init__(self, owner: Owner, file: TrackedFile, actor: Actor) -> None:
        self._owner, self._file, self._actor = owner, file, actor

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DecryptionFailed):
            with transaction.atomic():
                owner = self._owner.audit_label
                record(FILE_DAMAGED, self._owner, actor=self._actor, outcome="failure", owner=owner)
