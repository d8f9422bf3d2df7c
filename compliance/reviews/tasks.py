"""A review is opened each month, by the clock."""

from celery import shared_task
from django.utils import timezone

from compliance.audit import Actor
from modelops.jobs.schedule import scheduled

from . import services
from .models import AccessReview


@scheduled("Open the monthly access review", every_s=86_400)
@shared_task(name="reviews.open_access_review")
def open_access_review() -> bool:
    """Open the review of the month before, unless it is there; whether one was opened."""
    month = services.month_before(timezone.now())
    if AccessReview.objects.filter(month=month).exists():
        return False
    services.open_review(month, actor=Actor.system("scheduler"))
    return True
