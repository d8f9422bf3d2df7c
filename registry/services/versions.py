"""Adding versions of models: one file, or a directory of files."""

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import DomainError, NotFound
from modelops.lib.fixed_inserts import insert
from modelops.lib.fixed_queries import prefetched
from modelops.lib.fixed_rows import unsaved
from modelops.lib.gathered_inserts import gathered
from modelops.lib.quick_statements import QuickStatement
from registry import descriptions
from registry.artifacts.paths import check_paths
from registry.artifacts.recording import insert_artifacts
from registry.artifacts.sealed import SealedUpload, Sealing
from registry.audit_events import VERSION_ADDED
from registry.formats import FileFormat, format_of_directory, identify, identify_in_directory
from registry.models import (
    Artifact,
    DatasetVersion,
    ModelVersion,
    ModelVersionDataset,
    ModelVersionFile,
    RegisteredModel,
    VersionState,
)
from registry.people.exclusion import require_trainable
from registry.provenance.services import note_job
from registry.scanning import services as scanning
from registry.signing.models import TrustedKey
from registry.signing.portal_key import PortalKey, columns_of, portal_key, row_of
from registry.signing.services import sign_version

from .ownership import account_id

MANIFEST_NAME = "manifest.json"
_MANIFEST_SCHEMA = "urn:modelops:manifest:1"
# With the portal's signing key, which the transaction asks for as well.
_NEXT_NUMBER = QuickStatement(
    "WITH numbered AS (UPDATE registry_registeredmodel SET last_number = last_number + 1, changed_at = %s WHERE id = %s"  # noqa: S608
    f" RETURNING last_number) SELECT numbered.last_number, {columns_of('signing')}"
    f" FROM numbered LEFT JOIN {TrustedKey._meta.db_table} signing ON signing.fingerprint = %s"
)

Then = Callable[[ModelVersion], None]
# Gives the sealed file when its turn comes: a thousand of them must not be open at the same time.
Opening = Callable[[], SealedUpload]


@dataclass(frozen=True, slots=True)
class _Found:
    """One file of a directory, durable and recognised; its row is not saved yet."""

    path: str
    artifact: Artifact
    file_format: FileFormat


def add_version(
    model: RegisteredModel,
    upload: SealedUpload,
    *,
    metrics: Any = None,
    parameters: Any = None,
    tags: Any = None,
    source_commit: Any = None,
    run_reference: Any = None,
    datasets: Iterable[DatasetVersion] = (),
    then: Then | None = None,
    actor: Actor,
) -> ModelVersion:
    """The next version of ``model`` with the uploaded file, which the version takes over.

    The format is told by the content. The version waits in quarantine until its scan; ``then`` runs in the transaction
    that adds it. Raises Invalid for an empty or damaged file or unusable metrics, parameters or tags;
    UnsupportedFormat for a file that is no model.
    """
    described = _described(metrics, parameters, tags, source_commit, run_reference)
    with upload.open_plaintext() as file:
        found = identify(file)
    with upload.adopted() as artifact, transaction.atomic():
        return _insert(model, artifact, found, (), described, datasets, then, actor=actor)


def add_directory_version(
    model: RegisteredModel,
    files: Iterable[tuple[str, Opening]],
    *,
    metrics: Any = None,
    parameters: Any = None,
    tags: Any = None,
    source_commit: Any = None,
    run_reference: Any = None,
    datasets: Iterable[DatasetVersion] = (),
    then: Then | None = None,
    actor: Actor,
) -> ModelVersion:
    """The next version of ``model`` with several files, by path. Their manifest is the version's own file.

    The whole waits in quarantine until each of its files was scanned. Raises Invalid for a path that cannot be used
    and for an empty or damaged file, and names it.
    """
    described = _described(metrics, parameters, tags, source_commit, run_reference)
    openings = dict(_listed(files))
    with ExitStack() as stack:
        found = [_take(stack, path, openings[path]) for path in sorted(openings)]
        manifest = stack.enter_context(_manifest(stack, found).adopted())
        whole = format_of_directory([each.path for each in found], [each.file_format for each in found])
        with transaction.atomic():
            return _insert(model, manifest, whole, found, described, datasets, then, actor=actor)


def _listed(files: Iterable[tuple[str, Opening]]) -> list[tuple[str, Opening]]:
    listed = list(files)
    check_paths(path for path, _ in listed)
    return listed


def _take(stack: ExitStack, path: str, opening: Opening) -> _Found:
    """Make one file durable; ``stack`` removes it again when anything fails later."""
    upload = opening()
    stack.callback(upload.close)
    try:
        with upload.open_plaintext() as file:
            found = identify_in_directory(path, file)
    except DomainError as error:
        error.message = f"{path}: {error.message}"
        error.args = (error.message,)
        raise
    artifact = stack.enter_context(upload.adopted())
    artifact.file_name = path.rsplit("/", 1)[-1]
    return _Found(path, artifact, found)


def _manifest(stack: ExitStack, found: list[_Found]) -> SealedUpload:
    """The list of the files: its digest identifies the version."""
    sealing = Sealing(MANIFEST_NAME, beside=found[-1].artifact if found else None)
    try:
        sealing.write(manifest_bytes((each.path, each.artifact) for each in found))
        upload = sealing.finish()
    except BaseException:
        sealing.discard()
        raise
    stack.callback(upload.close)
    return upload


def manifest_bytes(files: Iterable[tuple[str, Artifact]]) -> bytes:
    """The manifest of files by path: JSON with sorted keys and paths, the same bytes for the same files."""
    listed = [
        {"path": path, "sha256": artifact.sha256, "size": artifact.size}
        for path, artifact in sorted(files, key=lambda item: item[0])
    ]
    manifest = {"schema": _MANIFEST_SCHEMA, "files": listed}
    return json.dumps(manifest, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _described(metrics: Any, parameters: Any, tags: Any, source_commit: Any, run_reference: Any) -> dict[str, Any]:
    return {
        "metrics": descriptions.metrics(metrics),
        "parameters": descriptions.parameters(parameters),
        "tags": descriptions.tags(tags),
        "source_commit": descriptions.source_commit(source_commit),
        "run_reference": descriptions.run_reference(run_reference),
    }


def _insert(
    model: RegisteredModel,
    artifact: Artifact,
    found: FileFormat,
    files: Iterable[_Found],
    described: dict[str, Any],
    datasets: Iterable[DatasetVersion],
    then: Then | None,
    *,
    actor: Actor,
) -> ModelVersion:
    """Save the version with its files and links, inside the caller's transaction."""
    trained_on = list(datasets)
    require_trainable(trained_on)
    number, key = _numbered(model)
    parts = list(files)
    version = unsaved(
        ModelVersion,
        model=model,
        number=number,
        state=VersionState.QUARANTINED,
        file_format=found.key,
        artifact=artifact,
        file_count=len(parts) or 1,
        total_size=sum(each.artifact.size for each in parts) if parts else None,
        created_by_id=account_id(actor),
        **described,
    )
    with gathered(until_commit=True):
        copies, *_ = insert_artifacts([artifact, *(each.artifact for each in parts)])
        insert(version)
        _insert_links(version, parts, trained_on)
        record(
            VERSION_ADDED,
            version,
            actor=actor,
            name=model.name,
            version=version.number,
            format=found.key,
            size=version.size,
            state=version.state,
            sha256=artifact.sha256,
            key_version=artifact.key_version,
        )
        sign_version(version, {each.path: each.artifact.sha256 for each in parts}, key)
        note_job(version, actor=actor)
        scanning.begin(version, actor=actor)
        if then is not None:
            then(version)
    # What was written just now is not read again to be shown.
    prefetched(version, "datasets", sorted(trained_on, key=lambda each: (each.dataset.name, -each.number)))
    prefetched(artifact, "copies", copies)
    version.has_datasets = bool(trained_on)
    return version


def _insert_links(version: ModelVersion, parts: list[_Found], trained_on: list[DatasetVersion]) -> None:
    rows = [
        ModelVersionFile(version=version, path=each.path, file_format=each.file_format.key, artifact=each.artifact)
        for each in parts
    ]
    if len(rows) == 1:
        insert(rows[0])
    elif rows:
        ModelVersionFile.objects.bulk_create(rows)
    if trained_on:
        ModelVersionDataset.objects.bulk_create(
            ModelVersionDataset(model_version=version, dataset_version=dataset) for dataset in trained_on
        )


def _numbered(model: RegisteredModel) -> tuple[int, PortalKey]:
    """The next number of ``model``, which this transaction holds, and what to sign with.

    Parallel uploads wait here, not in their file. Raises NotFound, KeysUnavailable.
    """
    numbers: list[int] = []

    def look(fingerprint: str) -> TrustedKey | None:
        rows = _NEXT_NUMBER.asked([timezone.now(), model.pk, fingerprint])
        if not rows:
            raise NotFound("The model is not there any more: it was removed for good.", code="model.not_found")
        [(number, *trusted)] = rows
        numbers.append(int(number))
        return row_of(trusted)

    key = portal_key(look)
    return numbers[0], key
