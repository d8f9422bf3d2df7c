"""Every change of state of quality runs."""

from collections.abc import Collection
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from dataquality.audit_events import RUN_COMPLETED, RUN_REQUESTED
from dataquality.models import QualityIssue, QualityRun, RuleSuggestion, RuleSuiteVersion, RunProfile, RunState
from modelops import jobs
from modelops.lib.errors import Conflict, Invalid
from registry.models import DatasetVersion
from registry.schemas.services import newest_schema

if TYPE_CHECKING:
    from dataquality.checks import Finding
    from dataquality.engine import Report

JOB_KIND = "quality.run"
ISSUE_BATCH = 500


@transaction.atomic
def start_quality_run(
    dataset_version: DatasetVersion,
    *,
    actor: Actor,
    suite_version: RuleSuiteVersion | None = None,
    training_run: str = "",
    epoch: int | None = None,
) -> QualityRun:
    """Ask for the quality of a dataset version; a worker does it after the commit. Raises Unavailable, Invalid.

    It goes by the rules of ``suite_version`` and by the dataset's schema as they are now, besides what every run looks
    at. ``training_run`` and ``epoch`` say for which step of a training it is.
    """
    if epoch is not None and not training_run:
        raise Invalid("An epoch is one of a training; name the training_run.", code="run.epoch_alone", field="epoch")
    run = QualityRun(
        dataset_version=dataset_version,
        requested_by_id=account_of(actor),
        suite_version=suite_version,
        schema=newest_schema(dataset_version.dataset_id),
        training_run=training_run,
        epoch=epoch,
    )
    run.save()
    run.job = jobs.enqueue(JOB_KIND, payload={"run": str(run.pk)}, actor=actor, target=run, total=dataset_version.rows)
    run.save(update_fields=["job"])
    record(RUN_REQUESTED, run, actor=actor, dataset=dataset_version.dataset.name, version=dataset_version.number)
    return run


def store_report(
    run: QualityRun, report: "Report", *, examined_sha256: str, personal: Collection[str] = (), actor: Actor
) -> None:
    """Write what a run found, in the transaction that completes its job. Raises Conflict for a finished run.

    ``examined_sha256`` is the digest of the file that was read. No value of a ``personal`` column goes into the rules
    that are suggested, nor into what is kept of the distributions.
    """
    run = QualityRun.objects.select_for_update().select_related("dataset_version__dataset").get(pk=run.pk)
    if run.state != RunState.QUEUED:
        raise Conflict("The run has ended already; start a new one.", code="quality_run.finished")
    issues = [
        QualityIssue(
            run=run,
            position=position,
            dimension=finding.dimension.value,
            rule=finding.rule,
            column=finding.column or "",
            severity=finding.severity.value,
            count=finding.count,
            of=finding.of,
            deduction=deduction,
            message=finding.message,
            first_rows=list(finding.first_rows),
            detail=detail_of(finding),
        )
        for position, (finding, deduction) in enumerate(zip(report.findings, report.score.deductions, strict=True))
    ]
    QualityIssue.objects.bulk_create(issues, batch_size=ISSUE_BATCH)
    rules = [
        line
        for line in report.suggestion.document()["rules"]
        if line["rule"] not in ("range", "set") or not set(line["columns"]) & set(personal)
    ]
    RuleSuggestion.objects.create(run=run, document={"rules": rules})
    sketches = {name: sketch.as_dict() for name, sketch in report.sketches.items() if name not in personal}
    RunProfile.objects.create(run=run, document={"columns": sketches})
    run.state = RunState.SUCCEEDED
    run.score = report.score.total
    run.data_sha256 = examined_sha256
    run.dimensions = [
        {
            "dimension": line.dimension.value,
            "weight": str(line.weight),
            "examined": line.examined,
            "unit": line.dimension.unit,
            "score": str(line.score),
            "deduction": str(line.deduction),
        }
        for line in report.score.dimensions
    ]
    run.outcomes = [asdict(outcome) for outcome in report.outcomes]
    run.issue_count = len(issues)
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "score", "data_sha256", "dimensions", "outcomes", "issue_count", "finished_at"])
    record(
        RUN_COMPLETED,
        run,
        actor=actor,
        dataset=run.dataset_version.dataset.name,
        version=run.dataset_version.number,
        score=shown(report.score.total),
        issues=len(issues),
    )


def detail_of(finding: "Finding") -> dict[str, Any] | None:
    """What an issue keeps encrypted: bounds, how to find its rows again, and examples, which are masked besides."""
    told = {"filter": finding.filter, "examples": list(finding.examples)}
    return {**finding.detail, **{key: value for key, value in told.items() if value}} or None


def mark_failed(job: Any, message: str) -> None:
    """Let a run share the fate of its job; runs in the transaction that marks the job as failed."""
    QualityRun.objects.filter(pk=job.payload["run"], state=RunState.QUEUED).update(
        state=RunState.FAILED, failure=message[:500], finished_at=timezone.now()
    )


def account_of(actor: Actor) -> str | None:
    """The id of the account that acts, if it is one."""
    return actor.ref if actor.kind in {"user", "service"} else None


def shown(score: Decimal) -> str:
    """The score with two decimals, cut off and never rounded up: only flawless data reads 100.00."""
    return str(score.quantize(Decimal("0.01"), rounding="ROUND_FLOOR"))
