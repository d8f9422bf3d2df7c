"""Asking for a variant, taking in an uploaded one, its metrics, and the proof of its file."""

import time
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.jobs import services as jobs
from modelops.jobs.models import Job
from modelops.jobs.running import RunningJob
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from registry import descriptions
from registry.artifacts import open_artifact, verify_artifact
from registry.artifacts.recording import insert_artifact
from registry.artifacts.sealed import SealedUpload, Sealing
from registry.artifacts.verification import Verification
from registry.formats import identify
from registry.models import ModelVersion
from registry.scanning import services as scanning

from .audit_events import (
    VARIANT_ASKED,
    VARIANT_FAILED,
    VARIANT_MADE,
    VARIANT_MEASURED,
    VARIANT_UPLOADED,
    VARIANT_VERIFIED,
)
from .kinds import derivation_for
from .models import Origin, Variant, VariantState

JOB = "variants.derive"
UPLOADED_KINDS = ("quantised", "pruned", "distilled", "converted", "other")


@transaction.atomic
def ask_for_variant(
    version: ModelVersion, kind: str, *, options: Mapping[str, Any] | None = None, actor: Actor
) -> Variant:
    """Have a variant of ``kind`` derived by a worker; a failed one is tried again.

    Raises Invalid for a kind that the format does not have, Conflict when there is one already.
    """
    derivation = derivation_for(kind, version.file_format)
    options = dict(options or {})
    if set(options) - derivation.options or any(not isinstance(value, bool) for value in options.values()):
        raise Invalid(
            f"The options of {kind} are yes or no, and there are: {', '.join(sorted(derivation.options)) or 'none'}.",
            code="variant.unknown_option",
            field="options",
        )
    if missing := derivation.missing():
        raise Conflict(missing, code="variant.tool_missing")
    variant = Variant.objects.select_for_update().filter(version=version, name=kind).first()
    if variant is not None and variant.state != VariantState.FAILED:
        raise _taken(version, kind)
    if variant is None:
        variant = Variant(version=version, name=kind, kind=kind, origin=Origin.DERIVED)
    variant.state, variant.failure, variant.options = VariantState.QUEUED, "", options
    variant.parent_sha256 = version.artifact.sha256
    _save(variant)
    job = jobs.enqueue(
        JOB, payload={"variant": str(variant.pk)}, actor=actor, target=version, total=version.artifact.size
    )
    Variant.objects.filter(pk=variant.pk).update(job_id=job.pk)
    variant.job_id = job.pk
    record(VARIANT_ASKED, version, actor=actor, kind=kind, **_named(variant))
    return variant


def derive(job: RunningJob) -> None:
    """Make the file of a queued variant: opened as a stream, converted, sealed as a stream. The parent is only read."""
    variant = (
        Variant.objects.select_related("version__model", "version__artifact")
        .filter(pk=job.payload["variant"], state=VariantState.QUEUED)
        .first()
    )
    if variant is None:
        return
    version = variant.version
    derivation = derivation_for(variant.kind, version.file_format)()
    began = time.monotonic()
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done = min(done + count, version.artifact.size)
        job.progress(done, version.artifact.size, "Converting")

    sealing = Sealing(_file_name(version, variant.name))
    try:
        with open_artifact(version.artifact) as source:
            report = derivation.derive(source, sealing.write, progress, variant.options)
        upload = sealing.finish()
    except BaseException:
        sealing.discard()
        raise
    try:
        with upload.adopted() as artifact, job.completing(f"{variant} is ready."):
            insert_artifact(artifact)
            scanning.begin(version, artifact, actor=job.actor)
            variant.artifact, variant.state, variant.file_format = artifact, VariantState.READY, version.file_format
            variant.report, variant.tool = report.as_dict(), derivation.tool()
            variant.duration_s, variant.finished_at = round(time.monotonic() - began, 3), timezone.now()
            variant.save()
            record(
                VARIANT_MADE, version, actor=job.actor, kind=variant.kind, size=artifact.size, sha256=artifact.sha256,
                tool=variant.tool, key_version=artifact.key_version, **_named(variant),
            )  # fmt: skip
    finally:
        upload.close()


def derivation_failed(job: Job, message: str) -> None:
    """Keep the reason with the variant; in the transaction that marks the job as failed."""
    variant = Variant.objects.select_related("version__model").filter(pk=job.payload.get("variant")).first()
    if variant is None or variant.state != VariantState.QUEUED:
        return
    variant.state, variant.failure, variant.finished_at = VariantState.FAILED, message[:500], timezone.now()
    variant.save(update_fields=["state", "failure", "finished_at"])
    record(VARIANT_FAILED, variant.version, actor=job.actor, outcome="failure", kind=variant.kind, **_named(variant))


def add_variant(
    version: ModelVersion, upload: SealedUpload, *, name: str, kind: str, metrics: Any = None, tool: str = "",
    actor: Actor,
) -> Variant:  # fmt: skip
    """Take in a variant that a pipeline made of ``version``.

    Whatever its format, its own scan decides whether it is given out. Raises Invalid for the name, the kind or the
    metrics, Conflict when the version has a variant of the name.
    """
    validate_name(name, "variant")
    if kind not in UPLOADED_KINDS:
        raise Invalid(f"kind is one of {', '.join(UPLOADED_KINDS)}.", code="variant.unknown_kind", field="kind")
    measured = descriptions.metrics(metrics)
    with upload.open_plaintext() as file:
        found = identify(file)
    with upload.adopted() as artifact, transaction.atomic():
        insert_artifact(artifact)
        scanning.begin(version, artifact, actor=actor)
        variant = Variant(
            version=version, name=name, kind=kind, origin=Origin.UPLOADED, state=VariantState.READY, artifact=artifact,
            file_format=found.key, parent_sha256=version.artifact.sha256, metrics=measured, tool=tool[:200],
            finished_at=timezone.now(),
        )  # fmt: skip
        _save(variant)
        record(
            VARIANT_UPLOADED, version, actor=actor, kind=kind, format=found.key, size=artifact.size,
            sha256=artifact.sha256, key_version=artifact.key_version, **_named(variant),
        )  # fmt: skip
    return variant


@transaction.atomic
def set_metrics(variant: Variant, metrics: Any, *, actor: Actor) -> Variant:
    """What was measured for the variant since. Raises Invalid, Conflict while it is not ready."""
    measured = descriptions.metrics(metrics)
    variant = Variant.objects.select_for_update(of=("self",)).select_related("version__model").get(pk=variant.pk)
    if variant.state != VariantState.READY:
        raise Conflict(f"{variant} is {variant.get_state_display().lower()}.", code="variant.not_ready")
    variant.metrics = measured
    variant.save(update_fields=["metrics"])
    record(VARIANT_MEASURED, variant.version, actor=actor, metrics=sorted(measured), **_named(variant))
    return variant


def verify_variant(variant: Variant, *, actor: Actor) -> Verification:
    """Read the stored file back and compare it with its digests; the outcome goes to the row and to the ledger."""
    if variant.artifact is None:
        raise Conflict(f"{variant} has no file yet.", code="variant.not_ready")
    found = verify_artifact(variant.artifact)
    with transaction.atomic():
        variant.artifact.verified_at, variant.artifact.is_sound = timezone.now(), found.is_sound
        variant.artifact.save(update_fields=["verified_at", "is_sound"])
        record(
            VARIANT_VERIFIED, variant.version, actor=actor, outcome="success" if found.is_sound else "failure",
            result="sound" if found.is_sound else "damaged", **_named(variant),
        )  # fmt: skip
    return found


def _save(variant: Variant) -> None:
    try:
        with transaction.atomic():
            variant.save()
    except IntegrityError:
        raise _taken(variant.version, variant.name) from None


def _taken(version: ModelVersion, name: str) -> Conflict:
    return Conflict(
        f"{version} has a variant {name!r} already, or it is being made.", code="variant.exists", field="name"
    )


def _file_name(version: ModelVersion, name: str) -> str:
    path = PurePosixPath(version.artifact.file_name)
    return f"{path.stem[: 200 - len(name)]}.{name}{path.suffix[:40]}"


def _named(variant: Variant) -> dict[str, Any]:
    version = variant.version
    return {"name": version.model.name, "version": version.number, "variant": variant.name}
