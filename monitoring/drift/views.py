"""Portal pages of drift."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from compliance.audit.history import timeline_page
from compliance.audit.reading import record_reading
from dataquality.selection import asked_version
from modelops.lib.pages import choice_filter, keyset_page
from monitoring.drift import pictures, services
from monitoring.drift.audit_events import RUN_VIEWED
from monitoring.drift.forms import DriftRunForm
from monitoring.models import DriftFeature, DriftRun

VERDICTS = [("drifted", "Drifted"), ("stable", "Stable"), ("failed", "Failed")]
_VERDICT_FILTERS: dict[str, dict[str, Any]] = {
    "drifted": {"drifted": True},
    "stable": {"drifted": False},
    "failed": {"state": "failed"},
}


@login_required
@permission_required("monitoring.view_driftrun", raise_exception=True)
def drift_list(request: HttpRequest) -> HttpResponse:
    """Drift runs, newest first."""
    verdict = choice_filter(request, "verdict", "Verdict", VERDICTS)
    query = request.GET.get("q", "").strip()[:100]
    rows = DriftRun.objects.visible_to(request.user).with_versions()
    if verdict["value"]:
        rows = rows.filter(**_VERDICT_FILTERS[verdict["value"]])
    if query:
        rows = rows.filter(Q(current__dataset__name__icontains=query) | Q(pushed_name__icontains=query))
    page = keyset_page(request, rows, order_by="-created_at")
    return render(request, "monitoring/drift_list.html", {"page": page, "filters": [verdict], "query": query})


@login_required
@permission_required("monitoring.add_driftrun", raise_exception=True)
def drift_new(request: HttpRequest) -> HttpResponse:
    """Choose two versions and start; links may name one or both in the address."""
    initial = {
        "reference": asked_version(request, "reference", "reference_version"),
        "current": asked_version(request, "current", "current_version"),
    }
    form = DriftRunForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        run = services.start_drift_run(data["reference"], data["current"], actor=request.actor, policy=form.policy())
        return redirect(run)
    return render(request, "monitoring/drift_new.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@permission_required("monitoring.view_driftrun", raise_exception=True)
def drift_detail(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: progress while it works, then the verdict, every feature, and one of them in pictures."""
    run = get_object_or_404(DriftRun.objects.visible_to(request.user).with_versions(), pk=run_id)
    features = sorted(run.features.all(), key=lambda f: (not f.is_compared, -(f.statistic or 0), f.position))
    compared = [feature for feature in features if feature.is_compared]
    skipped = len(features) - len(compared)
    context = {
        "run": run,
        "features": features,
        "compared": compared,
        "segments": list(run.segments.all()),
        "skipped_note": f"{skipped} could not be compared" if skipped else "all columns",
        "timeline": timeline_page(request, run),
    }
    if compared:
        asked = request.GET.get("feature", "")
        selected = next((feature for feature in compared if feature.name == asked), compared[0])
        selected = DriftFeature.objects.defer(None).get(pk=selected.pk)
        labels = (f"{run.reference} (reference)", f"{run.current_name} (current)")
        context |= {
            "selected": selected,
            "bars": pictures.effect_bars(run, features),
            "histogram": pictures.histogram(selected, labels),
            "distribution": pictures.distribution(selected, labels),
            "outside": pictures.outside(selected),
            "categories": pictures.categories(selected),
        }
    record_reading(RUN_VIEWED, run, request=request, reference=str(run.reference), current=run.current_name)
    return render(request, "monitoring/drift_detail.html", context)
