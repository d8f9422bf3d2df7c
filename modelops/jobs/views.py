"""Jobs in the portal."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.audit.history import timeline_page
from modelops.lib.errors import DomainError
from modelops.lib.pages import choice_filter, keyset_page

from .cancelling import cancel, may_cancel
from .models import Job, JobState


@require_safe
@login_required
def job_list(request: HttpRequest) -> HttpResponse:
    """Jobs, newest first, by state."""
    state = choice_filter(request, "state", "State", JobState.choices)
    jobs = Job.objects.visible_to(request.user)
    if state["value"]:
        jobs = jobs.filter(state=state["value"])
    return render(request, "jobs/list.html", {"page": keyset_page(request, jobs), "filters": [state]})


@require_safe
@login_required
def job_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job with its progress and what the ledger says of it."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    return render(request, "jobs/detail.html", {
        "job": job, "may_cancel": may_cancel(request.user, job), "timeline": timeline_page(request, job),
    })  # fmt: skip


@require_POST
@login_required
def job_cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """End a job before it is done."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    try:
        cancel(job, user=request.user, actor=request.actor)  # type: ignore[attr-defined]
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The job is cancelled.")
    return redirect("jobs:detail", job.pk)
