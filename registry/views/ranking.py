"""Choosing what versions are ranked by, and versions side by side."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from modelops.lib.errors import DomainError
from registry import viewing
from registry.grants.gate import require_change
from registry.models import ModelVersion, RegisteredModel
from registry.ranking.best import primary_metric
from registry.ranking.comparison import compare
from registry.ranking.directions import DIRECTIONS, offered_metrics
from registry.ranking.drift_checks import offered_drift_checks
from registry.ranking.facts import compared_facts, with_facts
from registry.ranking.parameters import read_parameters_of
from registry.ranking.services import choose_metric

MOST_COMPARED = 8
OFFERED_VERSIONS = 50
OFFERED_METRICS = 100


class MetricForm(forms.Form):
    """The primary metric and its direction."""

    metric = forms.CharField(
        required=False,
        max_length=100,
        label="Primary metric",
        help_text="Its name as the versions say it. Empty: the portal proposes one.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "list": "metric-names"}),
    )
    direction = forms.ChoiceField(
        required=False,
        choices=[("", "As its name suggests"), *DIRECTIONS.items()],
        help_text="Stored with the model: a name alone decides nothing once it is chosen.",
    )


@login_required
@permission_required("registry.change_registeredmodel", raise_exception=True)
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, name: str) -> HttpResponse:
    """Choose the primary metric; versions are ranked anew at once."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    require_change(request, model)
    primary = primary_metric(model)
    initial = {"metric": model.primary_metric, "direction": model.metric_directions.get(model.primary_metric, "")}
    if primary and primary.is_proposed:
        initial = {"metric": primary.metric, "direction": primary.direction}
    form = MetricForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        metric, direction = form.cleaned_data["metric"].strip(), form.cleaned_data["direction"]
        try:
            choose_metric(
                model, primary=metric, directions={metric: direction} if metric else None, actor=request.actor
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"The versions are ranked by {metric or 'the proposed metric'}.")
            return redirect(model)
    said = sorted({name for said in _metrics(request, model) for name in said})[:OFFERED_METRICS]
    names = list(dict.fromkeys([*said, *offered_metrics(model.task_type)]))
    checks = [name.replace("_", " ") for name in offered_drift_checks(model.task_type)]
    context = {"model": model, "form": form, "names": names, "primary": primary, "checks": checks}
    return render(request, "registry/metric.html", context, status=422 if form.is_bound else 200)


def _metrics(request: HttpRequest, model: RegisteredModel) -> list[dict[str, float]]:
    versions = ModelVersion.objects.visible_to(request.user).filter(model=model).order_by("-number")
    return list(versions.values_list("metrics", flat=True)[:OFFERED_VERSIONS])


@login_required
@permission_required("registry.view_modelversion", raise_exception=True)
@require_http_methods(["GET", "POST"])
def comparison(request: HttpRequest, name: str) -> HttpResponse:
    """Metrics of two to eight versions side by side; a POST also shows the decrypted parameters, which is recorded."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    visible = ModelVersion.objects.visible_to(request.user).filter(model=model)
    offered = list(visible.order_by("-number").values_list("number", flat=True)[:OFFERED_VERSIONS])
    asked = sorted({int(text) for text in request.GET.getlist("v") if text.isascii() and text.isdigit()})[
        :MOST_COMPARED
    ]
    numbers = asked or sorted(offered[:2])
    versions = list(with_facts(visible.filter(number__in=numbers), request.user).order_by("number"))
    primary = primary_metric(model)
    first = primary.metric if primary else ""
    context: dict[str, Any] = {
        "model": model,
        "versions": versions,
        "offered": offered,
        "chosen": {version.number for version in versions},
        "primary": primary,
        "rows": compare([version.metrics for version in versions], model.metric_directions, model.task_type, first),
        "facts": compared_facts(versions, request.user),
    }
    if request.method == "POST":
        context["parameters"] = read_parameters_of(request, versions)
    elif versions:
        viewing.comparison(request, model, [version.number for version in versions])
    return render(request, "registry/compare.html", context)
