"""The page on which rules are written, tried on the first rows, and kept as the next version of a suite."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from compliance.audit.reading import record_reading
from dataquality import suite_services as services
from dataquality.audit_events import SUITE_VIEWED
from dataquality.forms import RuleTextForm
from dataquality.models import QualityRun, RuleSuggestion, RuleSuite
from dataquality.trial import record_trial, try_rules
from modelops.lib.errors import DomainError
from registry.models import Dataset

SHOWN = 200
START = "rules:\n- name: volume\n  rule: volume\n  params: {min: 1}\n"


@login_required
@permission_required("dataquality.view_qualityrun", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, name: str) -> HttpResponse:
    """The suites of a dataset and one of them as text: ?suite=… names it, ?suggested=… begins with what a run keeps."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), name=name)
    may_write = request.user.has_perm("dataquality.add_qualityrun")
    if request.method == "POST" and not may_write:
        raise PermissionDenied
    suites = list(RuleSuite.objects.visible_to(request.user).filter(dataset=dataset).select_related("owner")[:SHOWN])
    form = RuleTextForm(request.POST if request.method == "POST" else None, initial=_initial(request, dataset, suites))
    trial = None
    if form.is_valid():
        try:
            if "try" in request.POST:
                trial = try_rules(dataset, form.cleaned_data["text"], user=request.user)
                record_trial(request, dataset, trial)
            else:
                return _save(request, dataset, form.cleaned_data["name"], form.cleaned_data["text"])
        except DomainError as error:
            form.add_error("text", error.message)
    context = {"dataset": dataset, "suites": suites, "form": form, "trial": trial, "may_write": may_write}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "dataquality/rules.html", context, status=status)


def _save(request: HttpRequest, dataset: Dataset, name: str, text: str) -> HttpResponse:
    """A new suite, or the next version of the one with this name."""
    suite = RuleSuite.objects.filter(dataset=dataset, name=name).first()
    if suite is None:
        services.create_suite(dataset, name, text, actor=request.actor)
        number = 1
    else:
        number = services.revise_suite(suite, text, actor=request.actor).number
    messages.success(request, f"Version {number} of {name} counts for runs that begin from now on.")
    return redirect(f"{reverse('dataquality:rules', args=[dataset.name])}?{urlencode({'suite': name})}")


def _initial(request: HttpRequest, dataset: Dataset, suites: list[RuleSuite]) -> dict[str, Any]:
    """The text to begin with; reading a suite is recorded."""
    from dataquality.suite_text import dump

    asked = request.GET.get("suggested", "")
    if asked:
        run = (
            QualityRun.objects.visible_to(request.user).filter(dataset_version__dataset=dataset, pk=_id(asked)).first()
        )
        found = RuleSuggestion.objects.filter(run=run).first() if run is not None else None
        if found is not None:
            return {"name": "suggested", "text": dump(found.document, as_yaml=True)}
    wanted = request.GET.get("suite", "")
    suite = next((one for one in suites if one.name == wanted), suites[0] if suites else None)
    if suite is None:
        return {"name": "usual", "text": START}
    record_reading(SUITE_VIEWED, suite, request=request, dataset=dataset.name, suite=suite.name)
    return {"name": suite.name, "text": dump(services.current_version(suite).document, as_yaml=True)}


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
