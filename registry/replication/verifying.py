"""Reading every copy of a version through, and keeping what was found for each location."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from compliance.audit import Actor, record
from modelops import jobs
from registry.artifacts.verification import TOOL, Check, Verification, verify_stream
from registry.audit_events import ARTIFACT_VERIFIED
from registry.locations.audit_events import COPY_BAD
from registry.locations.choose import store_of
from registry.locations.models import StorageLocation
from registry.locations.store import FileMissing, StorageUnavailable
from registry.models import Artifact, ArtifactCopy, CopyState, DatasetVersion, ModelVersion

from .contact import lost
from .marking import BAD
from .policy import artifacts_of

# What is larger, over all copies, is read by a worker and not within a request.
INLINE_BYTES = 256 << 20
# What one location is read through for in one night.
NIGHTLY_BYTES = 10 << 30
MOST_A_NIGHT = 20_000
READ = (CopyState.STORED, *BAD)
JOB = "registry.verify"


@dataclass(frozen=True)
class CopyCheck:
    """What was found in one location. ``outcome``: pass, fail, unreachable, or pending for a copy not made yet."""

    copy: ArtifactCopy
    outcome: str
    checked_at: datetime | None
    reason: str
    verification: Verification | None = None

    @property
    def location(self) -> str:
        return self.copy.location.name


@dataclass(frozen=True)
class VersionVerification:
    """All copies of all files of a version. It is sound when at least one copy was read and none failed."""

    copies: tuple[CopyCheck, ...]
    tool: str = TOOL

    @property
    def is_sound(self) -> bool:
        outcomes = [check.outcome for check in self.copies]
        return "pass" in outcomes and "fail" not in outcomes

    @property
    def deciding(self) -> CopyCheck:
        """The first that failed, else the first that passed."""
        order = {"fail": 0, "pass": 1, "unreachable": 2, "pending": 3}
        return min(self.copies, key=lambda check: order[check.outcome])

    @property
    def sha256(self) -> str | None:
        found = self.deciding.verification
        return found.sha256 if found else None

    @property
    def sha512(self) -> str | None:
        found = self.deciding.verification
        return found.sha512 if found else None

    @property
    def bad_segment(self) -> int | None:
        found = self.deciding.verification
        return found.bad_segment if found else None

    @property
    def checks(self) -> tuple[Check, ...]:
        found = self.deciding.verification
        return found.checks if found else ()

    @property
    def reason(self) -> str:
        unread = sorted({check.location for check in self.copies if check.outcome == "unreachable"})
        also = f" Not reached: {', '.join(unread)}." if unread and self.deciding.outcome != "unreachable" else ""
        several = len({check.location for check in self.copies}) > 1
        where = f"{self.deciding.location}: " if several and self.deciding.outcome == "fail" else ""
        return f"{where}{self.deciding.reason}{also}"

    @property
    def duration_s(self) -> float:
        return round(sum(check.verification.duration_s for check in self.copies if check.verification), 3)


def verify_copy(copy: ArtifactCopy, *, actor: Actor) -> CopyCheck:
    """Read one copy through and keep the outcome with its row. Missing keys raise: they say nothing about the file."""
    artifact = copy.artifact
    now = timezone.now()
    if copy.state not in READ:
        return CopyCheck(copy, "pending", copy.checked_at, "The copy is not made yet.")
    try:
        raw = store_of(copy.location).open(artifact.storage_name)
        found = verify_stream(raw, artifact)
    except FileMissing as error:
        missing = Check("location", False, f"{copy.location}: {error.message}")
        found = Verification(False, None, "The stored file is missing.", 0.0, checks=(missing,))
        return _keep(copy, CopyState.MISSING, found, now, actor)
    except StorageUnavailable as error:
        lost(copy.location, error.message)
        return CopyCheck(copy, "unreachable", copy.checked_at, error.message)
    where = Check("location", True, f"{copy.location} gave {artifact.stored_size or 0:,} sealed bytes.")
    found = Verification(
        found.is_sound, found.sha256, found.reason, found.duration_s, found.bad_segment, found.sha512,
        (where, *found.checks), found.tool,
    )  # fmt: skip
    return _keep(copy, CopyState.STORED if found.is_sound else CopyState.DAMAGED, found, now, actor)


def _keep(copy: ArtifactCopy, state: CopyState, found: Verification, now: datetime, actor: Actor) -> CopyCheck:
    checks = [
        {"name": check.name, "passed": check.passed, "text": check.text, "at": now.isoformat(), "tool": found.tool}
        for check in found.checks
    ]
    with transaction.atomic():
        before = copy.state
        changed = ArtifactCopy.objects.filter(pk=copy.pk, state__in=READ).update(
            state=state, checked_at=now, check_result=found.reason[:300], checks=checks
        )
        if changed and state in BAD and before != state:
            record(
                COPY_BAD, copy.artifact, actor=actor, outcome="failure", location=copy.location.name, state=state.value
            )
    copy.refresh_from_db(fields=["state", "checked_at", "check_result", "checks"])
    return CopyCheck(copy, "pass" if found.is_sound else "fail", now, found.reason, found)


def copies_of(artifacts: list[Artifact]) -> list[ArtifactCopy]:
    """Every copy of these files, the primary location first."""
    copies = ArtifactCopy.objects.filter(artifact__in=artifacts).select_related("artifact", "location__secret")
    return list(copies.order_by("artifact_id", "-location__is_primary", "location__name"))


def files_of(version: ModelVersion | DatasetVersion) -> list[Artifact]:
    """The artifacts behind a version."""
    return artifacts_of(version) if isinstance(version, ModelVersion) else [version.artifact]


def is_large(version: ModelVersion | DatasetVersion) -> bool:
    """Whether reading all copies is too much for a request."""
    return sum(copy.artifact.stored_size or copy.artifact.size for copy in copies_of(files_of(version))) > INLINE_BYTES


def verify_version(
    version: ModelVersion | DatasetVersion, *, actor: Actor, running: "jobs.RunningJob | None" = None
) -> VersionVerification:
    """Read every copy of every file of ``version``, and keep the outcome with the files and in the ledger.

    With ``running`` that ends the job too. Raises StorageUnavailable when no location could be reached,
    KeysUnavailable.
    """
    copies = copies_of(files_of(version))
    found = []
    for done, copy in enumerate(copies):
        found.append(verify_copy(copy, actor=actor))
        if running is not None:
            running.progress(done + 1, len(copies), f"{copy.location}: {found[-1].outcome}")
    result = VersionVerification(tuple(found))
    if result.deciding.outcome in {"unreachable", "pending"}:
        raise StorageUnavailable(f"No copy could be read, so nothing was found out. {result.deciding.reason}")
    now = timezone.now()
    # With the end of the job: a worker that dies before it leaves no row of a verification that is done again.
    with running.completing(_says(result)) if running is not None else transaction.atomic():
        for artifact in {copy.artifact_id: copy.artifact for copy in copies}.values():
            outcomes = {check.outcome for check in found if check.copy.artifact_id == artifact.pk}
            if outcomes & {"pass", "fail"}:
                Artifact.objects.filter(pk=artifact.pk).update(verified_at=now, is_sound="fail" not in outcomes)
        record(
            ARTIFACT_VERIFIED,
            version,
            actor=actor,
            outcome="success" if result.is_sound else "failure",
            result="sound" if result.is_sound else "damaged",
            segment=result.bad_segment,
            duration_s=result.duration_s,
            tool=result.tool,
            **_named(version),
        )
    version.artifact.refresh_from_db(fields=["verified_at", "is_sound"])
    return result


def verify_some(location: StorageLocation, *, most_bytes: int, actor: Actor) -> tuple[int, int]:
    """Read through the copies of a location that were not read for the longest; how many, and how many were bad.

    A part of them each night finds bytes that rot while nobody asks for them.
    """
    read = bad = 0
    copies = ArtifactCopy.objects.filter(location=location, state=CopyState.STORED).select_related(
        "artifact", "location__secret"
    )
    for copy in copies.order_by(F("checked_at").asc(nulls_first=True), "pk")[:MOST_A_NIGHT]:
        most_bytes -= copy.artifact.stored_size or copy.artifact.size
        if read and most_bytes < 0:
            break
        outcome = verify_copy(copy, actor=actor).outcome
        if outcome == "unreachable":
            break
        read += 1
        bad += outcome == "fail"
    return read, bad


@transaction.atomic
def enqueue_verification(version: ModelVersion | DatasetVersion, *, actor: Actor) -> Any:
    """Have a worker read all copies; returns the job. Raises Unavailable when the queue is away."""
    payload = {"kind": version._meta.label_lower, "id": str(version.pk)}
    return jobs.enqueue(JOB, payload=payload, actor=actor, target=version, total=1)


def run_verification(running: "jobs.RunningJob") -> None:
    """The job behind `enqueue_verification`; reading twice changes nothing."""
    kinds: dict[str, Any] = {kind._meta.label_lower: kind for kind in (ModelVersion, DatasetVersion)}
    version = kinds[running.payload["kind"]]._base_manager.filter(pk=running.payload["id"]).first()
    if version is None:
        return
    verify_version(version, actor=running.actor, running=running)


def _says(result: VersionVerification) -> str:
    return f"{'Sound' if result.is_sound else 'Not sound'}: {result.reason}"


def _named(version: ModelVersion | DatasetVersion) -> dict[str, Any]:
    parent = version.model if isinstance(version, ModelVersion) else version.dataset
    return {"name": parent.name, "version": version.number}
