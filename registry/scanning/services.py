"""Asking for scans and deciding what follows from their verdicts."""

import logging
import uuid
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.jobs import services as jobs
from modelops.jobs.models import Job
from modelops.lib.errors import Unavailable
from modelops.lib.fixed_inserts import insert
from modelops.lib.fixed_rows import unsaved
from registry.models import Artifact, ModelVersion, VersionState

from .audit_events import SCAN_ASKED, SCAN_GAVE_UP, SCANNED
from .engine import RULES
from .judging import ScanIt, alone, cause_of, files_of, judge
from .models import Cause, Inspection, ScanState, Verdict

logger = logging.getLogger(__name__)

JOB = "scanning.scan"
SCANNER = Actor.system("scanner")
MOST_REASONS = 20


@transaction.atomic(savepoint=False)
def begin(version: ModelVersion, artifact: Artifact | None = None, *, actor: Actor) -> Inspection:
    """Have a file that was just stored scanned: that of ``version``, or ``artifact`` of one of its variants.

    Called in the transaction that registers the file, so there is none that nobody will look at.
    """
    inspection = unsaved(
        Inspection, artifact=artifact or version.artifact, version=version, is_variant=artifact is not None
    )
    inspection.round, inspection.is_pending = 1, True
    inspection.job_id = _enqueued(inspection, actor)
    insert(inspection)
    return inspection


@transaction.atomic
def ask(inspection: Inspection, *, actor: Actor, is_told: bool = True) -> Inspection:
    """Have a file scanned once more; what holds now holds until the verdict. While a scan is due there is no other.

    ``is_told`` records who asks; what follows is recorded in any case.
    """
    inspection = (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("version__model", "version__artifact", "artifact")
        .get(pk=inspection.pk)
    )
    if inspection.is_pending and _is_under_way(inspection):
        return inspection
    if not inspection.is_pending:
        inspection.round += 1
    inspection.is_pending, inspection.asked_at = True, timezone.now()
    if is_told:
        record(SCAN_ASKED, inspection.version, actor=actor, **_named(inspection))
    inspection.save(update_fields=["round", "is_pending", "asked_at"])
    _enqueue(inspection, actor)
    return inspection


def inspection_of(version: ModelVersion) -> Inspection:
    """What is known of the files of ``version``; a row is made for one that was stored before there were scans."""
    found, _ = Inspection.objects.get_or_create(artifact=version.artifact, defaults={"version": version})
    return found


def ask_for_version(version: ModelVersion, *, actor: Actor) -> Inspection:
    """Have the files of a version and its variants scanned once more."""
    with transaction.atomic():
        record(SCAN_ASKED, version, actor=actor, name=version.model.name, version=version.number, what="all files")
        for variant in Inspection.objects.filter(version=version, is_variant=True):
            ask(variant, actor=actor, is_told=False)
        return ask(inspection_of(version), actor=actor, is_told=False)


def judge_files(
    inspection: Inspection, *, scan_it: ScanIt = alone, progress: Any = None, is_mine: Any = transaction.atomic
) -> None:
    """Judge every file that has no verdict of this round yet; one that was, before a worker died, is not asked again.

    ``is_mine`` is a context that refuses to go on in a worker whose job was given to another.
    """
    files = files_of(inspection)
    judged = set(
        Verdict.objects.filter(inspection=inspection, round=inspection.round).values_list("artifact", flat=True)
    )
    for number, (path, artifact) in enumerate(files, start=1):
        if artifact.pk not in judged:
            verdict = judge(inspection, path, artifact, scan_it)
            with is_mine():
                Verdict.objects.bulk_create([verdict], ignore_conflicts=True)
        if progress is not None:
            progress(number, len(files), f"Scanned {path}" if path else "Scanned")


@transaction.atomic
def decide(inspection: Inspection) -> Inspection | None:
    """Turn the verdicts of this round into what holds from now on; None where somebody did before."""
    # The version first, as everything that changes its state does.
    version = ModelVersion.objects.select_for_update(of=("self",), no_key=True).select_related("model", "artifact").get(
        pk=inspection.version_id
    )  # fmt: skip
    held = Inspection.objects.select_for_update(of=("self",)).select_related("artifact").get(pk=inspection.pk)
    if not held.is_pending or held.round != inspection.round:
        return None
    held.version = version
    verdicts = list(Verdict.objects.filter(inspection=held, round=held.round).order_by("path"))
    if {verdict.artifact_id for verdict in verdicts} != {artifact.pk for _, artifact in files_of(held)}:
        raise RuntimeError(f"{held} has no verdict about each of its files.")
    before, now = held.state, timezone.now()
    cause = cause_of(verdicts)
    held.state, held.cause = (ScanState.HELD, cause) if cause else (ScanState.CLEAN, "")
    held.rules = _rules(verdicts)
    held.found_format = verdicts[0].found_format if len(verdicts) == 1 else "directory"
    held.reasons = _reasons(verdicts)
    held.is_pending, held.decided_at = False, now
    if held.is_clean:
        held.taken_away_at = None
    elif before == ScanState.CLEAN or (version.state == VersionState.READY and not held.is_variant):
        held.taken_away_at = now
    held.save()
    if not held.is_variant:
        version.state = VersionState.READY if held.is_clean else VersionState.QUARANTINED
        version.save(update_fields=["state"])
    record(
        SCANNED, version, actor=SCANNER, outcome="success" if held.is_clean else "failure", format=held.found_format,
        verdict=held.state, cause=held.cause, rules=held.rules, before=before, after=held.state,
        sha256=held.artifact.sha256, **_named(held),
    )  # fmt: skip
    return held


@transaction.atomic
def give_up(inspection_id: Any, round_: int) -> None:
    """The stored file could not be read, often enough: what is not given out stays so, and is tried again later."""
    held = (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("version__model", "artifact")
        .filter(pk=inspection_id, round=round_, is_pending=True)
        .first()
    )
    if held is None:
        return
    held.is_pending, held.asked_at = False, timezone.now()
    if held.state == ScanState.WAITING:
        held.cause = Cause.UNREAD
    held.save(update_fields=["is_pending", "asked_at", "cause"])
    record(SCAN_GAVE_UP, held.version, actor=SCANNER, outcome="failure", **_named(held))


def _enqueue(inspection: Inspection, actor: Actor) -> None:
    job_id = _enqueued(inspection, actor)
    if job_id is not None:
        Inspection.objects.filter(pk=inspection.pk).update(job_id=job_id)
        inspection.job_id = job_id


def _enqueued(inspection: Inspection, actor: Actor) -> uuid.UUID | None:
    """The job. Without the queue the schedule asks later: an upload does not fail for want of a scan, it waits."""
    payload = {"inspection": str(inspection.pk), "round": inspection.round}
    try:
        job = jobs.enqueue(JOB, payload=payload, actor=actor, target=inspection.version, total=1)
    except Unavailable:
        logger.warning("A scan could not be put into the queue; the schedule asks for it again.")
        return None
    return cast(uuid.UUID, job.pk)


def _is_under_way(inspection: Inspection) -> bool:
    job: uuid.UUID | None = inspection.job_id
    return job is not None and Job.objects.unfinished().filter(pk=job).exists()


def _rules(verdicts: list[Verdict]) -> str:
    """The rule set of all; another one where a new version of the portal began in the middle: it is scanned again."""
    found = {verdict.rules for verdict in verdicts}
    return found.pop() if len(found) == 1 else "mixed"


def _reasons(verdicts: list[Verdict]) -> list[str]:
    reasons = [f"{each.path}: {reason}" if each.path else reason for each in verdicts for reason in each.reasons]
    more = len(reasons) - MOST_REASONS
    return reasons[:MOST_REASONS] + ([f"{more:,} more reasons stand with the verdicts."] if more > 0 else [])


def _named(inspection: Inspection) -> dict[str, Any]:
    version = inspection.version
    what = f"variant {inspection.artifact.file_name}" if inspection.is_variant else "its files"
    return {"name": version.model.name, "version": version.number, "what": what}


def is_current(inspection: Inspection) -> bool:
    """Whether the verdict is of the rule set that this portal has now."""
    return inspection.rules == RULES
