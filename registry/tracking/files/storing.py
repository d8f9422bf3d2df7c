"""Taking files in and letting them go."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.fixed_inserts import insert
from modelops.lib.gathered_inserts import gathered
from registry.artifacts.recording import insert_artifact
from registry.artifacts.removal import remove_artifacts
from registry.artifacts.sealed import sealed_upload
from registry.models import Artifact
from registry.tracking.models import TrackedFile

from .addresses import InvalidPath
from .closed import closed_at
from .events import FILE_REMOVED, FILE_STORED
from .owners import Owner, belonging_to, below, locked
from .places import hold_place

# More files than this under one root are a dataset, not artifacts; a listing of them all stays small enough.
MOST_FILES = 10_000


def store(owner: Owner, path: str, pieces: Iterable[bytes], *, actor: Actor) -> TrackedFile:
    """Keep what ``pieces`` give as the file ``path`` of a run or logged model, in place of what was there.

    It is sealed while it arrives; nothing is kept of a body that ends early. Raises Conflict for a file that became
    part of a version, InvalidPath, Invalid, TooLarge, StorageFull, StorageUnavailable or KeysUnavailable.
    """
    if not path:
        raise InvalidPath
    with ExitStack() as stack:
        upload = stack.enter_context(sealed_upload(_wanted(owner, path, pieces), path.rsplit("/", 1)[-1]))
        artifact = stack.enter_context(upload.adopted()) if upload.size else None
        with transaction.atomic():
            before = _in_its_way(owner, path)
            return _put(owner, path, artifact, before, actor)


def _wanted(owner: Owner, path: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a file; who sends more than one hears before the second that the place is closed."""
    for number, piece in enumerate(pieces):
        if number == 1:
            require_changeable(owner, path)
        yield piece


def remove(owner: Owner, path: str, *, actor: Actor) -> int:
    """Remove the file, or all files of the folder, at ``path``; returns how many. What is not there is no error.

    Raises Conflict when one of them became part of a version.
    """
    with transaction.atomic():
        row = locked(owner)
        files = TrackedFile.objects.filter(**belonging_to(row))
        going = list(files.filter(path=path) if path else []) or list(files.filter(below(path)))
        if not going:
            return 0
        for file in going:
            require_changeable(row, file.path)
        drop(going)
        record(FILE_REMOVED, row, actor=actor, files=len(going), owner=row.audit_label)
        return len(going)


def drop(files: list[TrackedFile]) -> None:
    """Delete rows of files and what is stored for them, inside the caller's transaction."""
    artifacts = list(Artifact.objects.filter(tracked_file__in=[file.pk for file in files]))
    TrackedFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    remove_artifacts(artifacts)


def require_changeable(owner: Owner, path: str) -> None:
    """Raise Conflict when a version was made of a folder that holds ``path``."""
    if closed := closed_at(owner, path):
        raise Conflict(
            f"The artifact {path[:200]!r} is part of {closed[0].version}, and what is registered stays as it was. Log "
            "a new model and register it as the next version.",
            code="artifact.registered",
        )


def _put(owner: Owner, path: str, artifact: Artifact | None, before: TrackedFile | None, actor: Actor) -> TrackedFile:
    if before is not None:
        drop([before])
    size = artifact.size if artifact is not None else 0
    file = TrackedFile(path=path, size=size, artifact=artifact, **belonging_to(owner))
    with gathered(until_commit=True):
        if artifact is not None:
            insert_artifact(artifact)
        insert(file)
        record(
            FILE_STORED,
            owner,
            actor=actor,
            sees_changes=False,  # only rows of files change, and nobody watches them
            owner=owner.audit_label,
            size=size,
            sha256=artifact.sha256 if artifact is not None else "",
            key_version=artifact.key_version if artifact is not None else 0,
            replaced=before is not None,
        )
    return file


def _in_its_way(owner: Owner, path: str) -> TrackedFile | None:
    """The file of that very name; nobody else stores there before the transaction ends.

    Raises NotFound, Conflict for a closed folder, Invalid for a folder of the name, a file above it, and one file too
    many.
    """
    has_closed, found, is_full = hold_place(owner, path, most=MOST_FILES)
    if has_closed:
        require_changeable(owner, path)
    if found is None:
        if is_full:
            raise Invalid(
                f"There are {MOST_FILES:,} artifacts under this root already, and no more are taken. Pack small files "
                "together.",
                code="artifact.too_many_files",
            )
        return None
    if found != path:
        raise Invalid(
            f"The artifact {path[:200]!r} would be a file and a folder at once. Use another name.",
            code="artifact.file_and_folder",
        )
    return TrackedFile.objects.get(path=path, **belonging_to(owner))
