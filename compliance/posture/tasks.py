"""Doorways for the workers."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import standing


@scheduled("Write down the posture of models and pipelines", every_s=3_600)
@shared_task(name="posture.write_down")
def write_down() -> int:
    """The score of today, and since when something is found."""
    return standing.write_down()
