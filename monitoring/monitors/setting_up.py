"""Portal pages on which drift monitors are set up, changed and asked for a run."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from compliance.audit.reading import record_reading
from dataquality.selection import asked_version
from modelops.lib.errors import DomainError
from modelops.lib.refusals import refusals_shown
from monitoring.drift.evaluation import Policy
from registry.models import ModelVersion

from . import services
from .audit_events import MONITOR_VIEWED
from .back_test import back_test
from .forms import MonitorForm, PolicyForm
from .views import monitor_of


@login_required
@permission_required("monitoring.add_driftrun", raise_exception=True)
def monitor_new(request: HttpRequest) -> HttpResponse:
    """Set up a monitor; links may name the reference or the model version in the address."""
    initial = {"reference": asked_version(request, "reference", "reference_version"), "model_version": _asked(request)}
    form = MonitorForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals_shown(form):
            monitor = services.create_monitor(
                given["name"],
                form.settings(),
                policy=form.policy_after(Policy()),
                why=given["why"],
                actor=request.actor,
            )
            messages.success(request, f"{monitor} is set up.")
            return redirect("monitoring:monitor-detail", monitor.pk)
    return render(request, "monitoring/monitor_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@login_required
@permission_required("monitoring.add_driftrun", raise_exception=True)
def monitor_run(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Compare the newest data now."""
    monitor = monitor_of(request, pk)
    try:
        run = services.run_monitor(monitor, actor=request.actor)
    except DomainError as refusal:
        if refusal.status >= 500:
            raise
        messages.error(request, str(refusal))
        return redirect("monitoring:monitor-detail", monitor.pk)
    return redirect(run)


@login_required
@permission_required("monitoring.add_driftrun", raise_exception=True)
def monitor_policy(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Try other thresholds on the last runs, and store them."""
    monitor = monitor_of(request, pk)
    form = PolicyForm(request.POST) if request.method == "POST" else PolicyForm.of(monitor)
    trial = None
    if request.method != "POST":
        record_reading(MONITOR_VIEWED, monitor, request=request, name=monitor.name)
    elif form.is_valid():
        policy = form.policy_after(Policy.from_json(monitor.policy.policy))
        if "try" not in request.POST:
            services.change_policy(monitor, policy, why=form.cleaned_data["why"], actor=request.actor)
            messages.success(request, f"{monitor} has another policy. It holds from the next run on.")
            return redirect("monitoring:monitor-detail", monitor.pk)
        trial = back_test(monitor, policy)
    context = {
        "monitor": monitor,
        "form": form,
        "trial": trial,
        "cancel_url": reverse("monitoring:monitor-detail", args=[monitor.pk]),
    }
    return render(request, "monitoring/monitor_policy.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest) -> str:
    """The id of the model version that the address names, or nothing."""
    name, number = request.GET.get("model", ""), request.GET.get("version", "")
    if not name or not number.isascii() or not number.isdigit() or len(number) > 9:
        return ""
    visible = ModelVersion.objects.visible_to(request.user)
    return str(visible.filter(model__name=name, number=int(number)).values_list("pk", flat=True).first() or "")
