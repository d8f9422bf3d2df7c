"""Which files are due for a scan: those that fell out of the queue, and all that other rules judged."""

import datetime as dt

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from modelops.jobs.models import Job
from registry.aliases.models import Alias

from . import services
from .engine import RULES
from .models import Cause, Inspection

# At most so many scans wait in the queue at a time: uploads find it short, and one worker is never taken for long.
AT_A_TIME = 50
UNREAD_AGAIN = dt.timedelta(hours=1)
ORPHANED_AFTER = dt.timedelta(seconds=30)


def ask_due() -> int:
    """Ask for the next scans, those in production first; returns how many. Safe to run twice at once."""
    room = AT_A_TIME - Job.objects.unfinished().filter(kind=services.JOB).count()
    asked = 0
    for rows in (fallen_out(), due()):
        for inspection in rows[: max(room - asked, 0)]:
            services.ask(inspection, actor=services.SCANNER, is_told=False)
            asked += 1
    return asked


def fallen_out() -> "QuerySet[Inspection]":
    """Scans that were asked for and that no job is at: the queue was away, or the job failed."""
    jobs = Job.objects.unfinished().filter(pk=OuterRef("job_id"))
    rows = Inspection.objects.filter(~Exists(jobs), is_pending=True, asked_at__lt=timezone.now() - ORPHANED_AFTER)
    return rows.select_related("version__model", "artifact").order_by("asked_at")


def due() -> "QuerySet[Inspection]":
    """Files that other rules judged, or that could not be read an hour ago; what is in production comes first."""
    again = Q(cause=Cause.UNREAD, asked_at__lt=timezone.now() - UNREAD_AGAIN)
    rows = Inspection.objects.filter(is_pending=False, version__deleted_at=None, version__model__deleted_at=None)
    rows = rows.filter(again | (~Q(rules=RULES) & ~Q(cause=Cause.UNREAD)))
    return in_order(rows).select_related("version__model", "artifact")


def in_order(rows: "QuerySet[Inspection]") -> "QuerySet[Inspection]":
    """What is in production first, then what other aliases name, then the newest."""
    aliases = Alias.objects.filter(version=OuterRef("version"))
    rank = Case(
        When(Exists(aliases.filter(name__iexact="production")), then=Value(0)),
        When(Exists(aliases), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=rank).order_by("rank", "-artifact_id")
