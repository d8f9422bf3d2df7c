"""Celery entry points."""

from celery import shared_task

from compliance.audit import Actor
from modelops.jobs.schedule import scheduled

from .artifacts.sweep import sweep
from .deletion.purging import purge_due


@scheduled("Sweep artifact files", every_s=600)
@shared_task(name="registry.sweep_artifacts")
def sweep_artifacts() -> None:
    """Remove artifact files that belong to no row."""
    sweep()


@scheduled("Purge deleted models and data", every_s=3600)
@shared_task(name="registry.purge_deleted")
def purge_deleted() -> None:
    """Remove for good what was deleted and whose purge date has come."""
    purge_due(actor=Actor.system("registry"))
