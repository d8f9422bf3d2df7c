"""From a folder of a run or logged model to the files of a version.

A version gets a sealed copy of its own, made in one pass in memory: it is bound to the version, stays immutable and
outlives the run. The folder is closed from then on, so that what is downloaded by either name is the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Exists, Q, QuerySet

from modelops.lib.errors import Invalid, NotFound
from modelops.lib.fixed_inserts import insert
from modelops.lib.fixed_queries import FixedQuery
from registry.artifacts.access import open_sealed
from registry.artifacts.sealed import SealedUpload, Sealing
from registry.models import Artifact, ModelVersion
from registry.tracking.models import LoggedModel, RegisteredFolder, Run, TrackedFile

from .addresses import SCHEME, model_address, parse_uri, run_address
from .closed import keep_closed
from .owners import Owner, belonging_to, below, kind_of, locked, owner_of

Opening = Callable[[], SealedUpload]
_RUNS = re.compile(r"runs:/([^/]+)(?:/(.*))?")
_MODELS = re.compile(r"models:/(m-[^/]+)(?:/(.*))?")


@dataclass(slots=True)
class Folder:
    """Files of a run or a logged model from which a version can be made."""

    owner: Owner
    path: str
    was_closed: bool = False
    """Whether a version had been made of it when its files were looked up."""

    @property
    def logged_model(self) -> LoggedModel | None:
        """The logged model, if the files are one's."""
        return self.owner if isinstance(self.owner, LoggedModel) else None

    @property
    def run(self) -> Run | None:
        """The run: the one that has the files, or the one that the logged model came from."""
        return self.owner if isinstance(self.owner, Run) else self.owner.source_run

    def files(self) -> list[TrackedFile]:
        """What is in it; a file by itself is a folder of one. Raises NotFound when there is nothing."""
        # Where a file is there is no folder of its name.
        kind, is_whole = kind_of(self.owner), not self.path
        found: list[TrackedFile] = _files(
            None, kind, is_whole, owner=self.owner.pk, path=self.path, inner=f"{self.path}/"
        )
        if not any(file.size for file in found):
            raise NotFound(
                f"No artifact is stored at {self.path or 'the root'!r} of {self.owner.audit_label}. Log the files "
                "first, then register them.",
                code="source.empty",
                field="source",
            )
        self.was_closed = bool(found[0].was_closed)  # type: ignore[attr-defined]  # as annotated
        return found

    def openings(self) -> list[tuple[str, Opening]]:
        """The path of each file within the folder, and how it is sealed anew. Files of no bytes are left out."""
        skipped = len(self.path) + 1 if self.path else 0
        return [
            (file.path[skipped:] or file.path.rsplit("/", 1)[-1], partial(sealed_again, file.artifact))
            for file in self.files()
            if file.artifact is not None
        ]


@FixedQuery
def _files(reader: None, kind: str, is_whole: bool, *, owner: Any, path: str, inner: str) -> "QuerySet[TrackedFile]":
    within = Q() if is_whole else Q(path=path) | Q(path__startswith=inner)
    rows = TrackedFile.objects.filter(within, **{kind: owner}).select_related("artifact").order_by("path")
    return rows.annotate(was_closed=Exists(RegisteredFolder.objects.filter(folder=path, **{kind: owner})))


def folder_of(source: str, *, user: Any) -> Folder:
    """The folder that ``source`` names: "mlflow-artifacts:/…", "runs:/ID/path" or "models:/m-…".

    Raises InvalidPath, Invalid for another scheme or a host, NotFound for what ``user`` may not know of.
    """
    if match := _RUNS.fullmatch(source):
        address = run_address(match[1], match[2] or "")
        return _of_run(owner_of(address, user), address.path if address is not None else "")
    if match := _MODELS.fullmatch(source):
        address = model_address(match[1], match[2] or "")
        return Folder(owner_of(address, user), address.path if address is not None else "")
    address = parse_uri(source)
    if address is None or address.kind == "version":
        raise Invalid(
            f"The source {source[:200]!r} names no run and no logged model. Use the artifact_uri of one, with the path "
            "inside it.",
            code="source.elsewhere",
            field="source",
        )
    return Folder(owner_of(address, user), address.path)


def note_registered(folder: Folder, version: ModelVersion) -> None:
    """Close the folder: ``version`` was made of it. Inside the transaction that adds the version.

    Who closes it first holds its owner alone. Where it is closed already, nobody stores there who would have to wait or
    be waited for, and versions that are made of it at once need not wait for one another.
    """
    if not (folder.was_closed and keep_closed(folder.owner, folder.path)):
        locked(folder.owner)
    insert(RegisteredFolder(version=version, folder=folder.path, **belonging_to(folder.owner)))


def sealed_again(artifact: Artifact) -> SealedUpload:
    """A sealed copy of a file under a key of its own; the plaintext is never more than a piece in memory."""
    sealing = Sealing(artifact.file_name)
    try:
        with open_sealed(artifact) as reader:
            for piece in reader.pieces():
                sealing.write(piece)
        return sealing.finish()
    except BaseException:
        sealing.discard()
        raise


def version_openings(version: ModelVersion) -> list[tuple[str, Opening]]:
    """The files of a version, for a version of another model that is made of it."""
    return [(path, partial(sealed_again, artifact)) for path, artifact in files_of_version(version)]


def files_of_version(version: ModelVersion) -> list[tuple[str, Artifact]]:
    """Paths and files of a version, whether it is one file or a directory."""
    if not version.is_directory:
        return [(version.artifact.file_name.rsplit("/", 1)[-1], version.artifact)]
    return [(file.path, file.artifact) for file in version.files.select_related("artifact").order_by("path")]


def download_uri(version: ModelVersion) -> str:
    """Where MLflow's clients find the files of a version: served under the version's own rules."""
    return f"{SCHEME}/versions/{version.pk.hex}/artifacts"


def _of_run(run: Owner, path: str) -> Folder:
    """A run's own files; without any there, the newest logged model of that name that the run has made."""
    folder = Folder(run, path)
    own = TrackedFile.objects.filter(**belonging_to(run))
    if path and not own.filter(path=path).exists() and not own.filter(below(path)).exists():
        logged = LoggedModel.objects.filter(source_run=run, name=path, deleted_at=None).order_by("-created_at").first()
        if logged is not None:
            return Folder(logged, "")
    return folder
