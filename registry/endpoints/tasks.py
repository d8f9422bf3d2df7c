"""Celery's entry point of the looks at deployment endpoints."""

import time
from datetime import timedelta

from celery import shared_task
from django.db.models import F
from django.utils import timezone

from modelops.jobs.schedule import scheduled

from . import services
from .models import DeploymentEndpoint

LOOK_AGAIN_AFTER = timedelta(hours=1)
# A run takes nothing new after this; the next one goes on with those that wait longest.
_TAKES_FOR_S = 60.0
_AT_ONCE = 200


@scheduled("Look at deployment endpoints", every_s=300)
@shared_task(name="endpoints.look")
def look_at_endpoints() -> int:
    """Look at each endpoint about once an hour; returns how many were looked at. Safe to run twice."""
    due = DeploymentEndpoint.objects.alive().exclude(probed_at__gt=timezone.now() - LOOK_AGAIN_AFTER)
    stop_at = time.monotonic() + _TAKES_FOR_S
    seen = 0
    for row in list(due.order_by(F("probed_at").asc(nulls_first=True), "pk")[:_AT_ONCE]):
        if time.monotonic() > stop_at:
            break
        services.probe(row)
        seen += 1
    return seen
