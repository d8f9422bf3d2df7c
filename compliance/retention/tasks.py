"""Doorways for the workers."""

from celery import shared_task

from compliance.audit import Actor
from modelops import jobs
from modelops.jobs.schedule import scheduled

from . import changing, services

jobs.handler(services.JOB_KIND, "Retention run")(services.do_run)


@scheduled("Remove what is past its date", every_s=24 * 3600)
@shared_task(name="retention.apply_by_the_clock")
def apply_by_the_clock() -> str:
    """Ask for the removal of each day; returns the id of its run."""
    changing.expire()
    return str(services.start_run(execute=True, actor=Actor.system("retention")).pk)
