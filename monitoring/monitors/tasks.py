"""Drift monitors by the clock."""

from celery import shared_task

from modelops import jobs
from modelops.jobs.schedule import scheduled
from registry.models import DatasetVersion

from . import profiles, services


@scheduled("Start the drift monitors that are due", every_s=60)
@shared_task(name="monitors.run_due")
def run_due() -> int:
    """Start what is due; returns how many runs began."""
    return services.run_due()


@jobs.handler(profiles.JOB_KIND, "Reference profile")
def make_profile(job: jobs.RunningJob) -> None:
    """Measure a reference once."""
    version = DatasetVersion.objects.select_related("artifact", "dataset").get(pk=job.payload["version"])
    profiles.make_profile(version, job)
