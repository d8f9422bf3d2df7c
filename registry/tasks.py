"""Celery entry points."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from .artifacts.sweep import sweep


@scheduled("Sweep artifact files", every_s=600)
@shared_task(name="registry.sweep_artifacts")
def sweep_artifacts() -> None:
    """Remove artifact files that belong to no row."""
    sweep()
