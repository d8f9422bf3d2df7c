"""Django's deployment checks, run each day and kept: what was clean and is not any more is told."""

import datetime as dt
from typing import Final

from django.core import checks
from django.db import transaction
from django.utils import timezone

from .models import DeployCheck

DAYS_KEPT: Final = 400
_LONGEST: Final = 500


def run_deploy_checks() -> DeployCheck:
    """Run `check --deploy` as it is set up here and keep what it warned of; the row of the same day is written anew."""
    found = [
        {"id": one.id or "check", "level": one.level, "says": str(one.msg)[:_LONGEST]}
        for one in checks.run_checks(include_deployment_checks=True)
        if one.level >= checks.WARNING and not one.is_silenced()
    ]
    today = timezone.now().date()
    with transaction.atomic():
        DeployCheck.objects.filter(day__lt=today - dt.timedelta(days=DAYS_KEPT)).delete()
        row, _ = DeployCheck.objects.update_or_create(
            day=today, defaults={"looked_at": timezone.now(), "warnings": sorted(found, key=lambda one: one["id"])}
        )
    return row


def warned_since(newest: DeployCheck) -> list[dict[str, str]]:
    """What ``newest`` warns of and the oldest check that is kept did not."""
    first = DeployCheck.objects.order_by("day").first()
    known = {(one["id"], one["says"]) for one in first.warnings} if first is not None else set()
    return [one for one in newest.warnings if (one["id"], one["says"]) not in known]
