"""Celery entry points."""

from celery import shared_task

from .artifacts.sweep import sweep


@shared_task(name="registry.sweep_artifacts")
def sweep_artifacts() -> None:
    """Remove artifact files that belong to no row."""
    sweep()
