"""Jobs in the portal."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.audit.history import timeline_page
from modelops.lib.pages import choice_filter, keyset_page

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
    return render(request, "jobs/detail.html", {"job": job, "timeline": timeline_page(request, job)})
