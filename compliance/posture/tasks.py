"""Doorways for the workers."""

from celery import shared_task
from django.utils import timezone

from compliance.audit import Actor
from modelops.jobs.schedule import scheduled

from . import deploying, snapshots, standing


@scheduled("Write down the posture of models and pipelines", every_s=3_600)
@shared_task(name="posture.write_down")
def write_down() -> int:
    """The score of today, and since when something is found."""
    return standing.write_down()


@scheduled("Keep the signed posture of the month", every_s=6 * 3_600)
@shared_task(name="posture.keep_snapshot")
def keep_snapshot() -> str:
    """The snapshot of this month, once; returns its month when it was made."""
    row = snapshots.keep_snapshot(timezone.now().date(), actor=Actor.system("posture"))
    return row.month if row is not None else ""


@scheduled("Run the deployment checks", every_s=86_400)
@shared_task(name="posture.deploy_check")
def deploy_check() -> int:
    """Keep what `check --deploy` warns of today; how many warnings there are."""
    return len(deploying.run_deploy_checks().warnings)
