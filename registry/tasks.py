"""Celery entry points."""

from celery import shared_task

from compliance.audit import Actor
from modelops.jobs.schedule import scheduled
from modelops.jobs.visibility import hides

from .artifacts.sweep import sweep
from .deletion.purging import purge_due
from .models import Dataset, DatasetVersion, ModelVersion, RegisteredModel
from .replication import tasks as _replication  # noqa: F401  its tasks and jobs are found through this module

# Jobs about what is restricted are shown to who may know of it.
for _model in (RegisteredModel, ModelVersion, Dataset, DatasetVersion):
    hides(_model._meta.label_lower)(_model._default_manager.hidden_from)


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
