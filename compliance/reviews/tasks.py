"""Reviews are opened by the clock: a sample each month, every right each quarter."""

from celery import shared_task
from django.utils import timezone

from compliance.audit import Actor
from modelops.jobs.schedule import scheduled

from . import services
from .models import AccessReview, ReviewKind


@scheduled("Open the monthly access review", every_s=86_400)
@shared_task(name="reviews.open_access_review")
def open_access_review() -> bool:
    """Open the review of the month before, unless it is there; whether one was opened."""
    month = services.month_before(timezone.now())
    if AccessReview.objects.filter(kind=ReviewKind.SAMPLE, month=month).exists():
        return False
    services.open_review(month, actor=Actor.system("scheduler"))
    return True


@scheduled("Open the quarterly review of every right", every_s=86_400)
@shared_task(name="reviews.open_campaign")
def open_campaign() -> bool:
    """Open the review of this quarter, unless it is there; whether one was opened."""
    quarter = services.quarter_of(timezone.now())
    if AccessReview.objects.filter(kind=ReviewKind.CAMPAIGN, month=quarter).exists():
        return False
    services.open_campaign(quarter, actor=Actor.system("scheduler"))
    return True
