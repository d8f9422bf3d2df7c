"""The worker's doorway to scans, and what the clock asks for."""

from celery import shared_task

from modelops.jobs import RunningJob, handler
from modelops.jobs.models import Job
from modelops.jobs.schedule import scheduled

from . import rescanning, services
from .models import Inspection


def _failed(job: Job, message: str) -> None:
    services.give_up(job.payload.get("inspection"), job.payload.get("round", 0))


@handler(services.JOB, "Security scan", on_failure=_failed)
def scan(job: RunningJob) -> None:
    """Judge the files of one inspection and decide; the files that were judged before stay judged."""
    inspection = (
        Inspection.objects.select_related("version__model", "version__artifact", "artifact")
        .filter(pk=job.payload["inspection"], round=job.payload["round"], is_pending=True)
        .first()
    )
    if inspection is None:
        return
    services.judge_files(inspection, progress=job.progress)
    with job.completing("Scanned."):
        services.decide(inspection)


@scheduled("Scan what waits, and all files after a change of the rules", every_s=60)
@shared_task(name="scanning.scan_due")
def scan_due() -> None:
    """Ask for the scans that nobody is at."""
    rescanning.ask_due()
