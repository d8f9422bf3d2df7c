"""Portal pages of alert rules."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from compliance.audit.reading import record_reading
from modelops.lib.errors import DomainError
from modelops.lib.pages import keyset_page
from modelops.lib.refusals import refusals_shown
from monitoring.alerts.audit_events import RULE_VIEWED
from monitoring.models.alert_rules import AlertRule
from monitoring.models.alerts import Alert

from . import services
from .forms import RuleForm
from .judging import Trial
from .services import RuleSettings
from .sources import source_of, sources

DRAWN = 300


def _picture(trial: Trial | None, rule: RuleSettings | AlertRule) -> dict[str, Any] | None:
    """What the chart of a rule needs: the newest values, the limits, and when it would have fired."""
    if trial is None or not trial.values:
        return None
    drawn = trial.values[-DRAWN:]
    limits = [("threshold", rule.threshold)]
    if rule.recovery is not None:
        limits.append(("recovery", rule.recovery))
    return {
        "series": [("value", [one.value if one.value == one.value else None for one in drawn])],
        "times": [one.at for one in drawn],
        "limits": limits,
    }


@login_required
@permission_required("monitoring.view_alertrule", raise_exception=True)
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules, where they stand, and the kinds that can be added."""
    rows = AlertRule.objects.visible_to(request.user).select_related("standing")
    kinds = [{"key": key, "label": kind.label} for key, kind in sources.items()]
    context = {"page": keyset_page(request, rows, order_by="name"), "kinds": kinds}
    return render(request, "monitoring/rule_list.html", context)


@login_required
@permission_required("monitoring.add_alertrule", raise_exception=True)
def rule_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Try a rule over the last thirty days, and store it."""
    source = source_of(kind)
    form = RuleForm(source, request.POST or None)
    trial, picture = None, None
    if request.method == "POST" and form.is_valid():
        with refusals_shown(form):
            given = form.settings(kind)
            if "try" not in request.POST:
                rule = services.create_rule(form.cleaned_data["name"], given, actor=request.actor)
                messages.success(request, f"{rule.name} is stored. It is looked at within half a minute.")
                return redirect(rule)
            trial = services.back_test(given)
            picture = _picture(trial, given)
    context = {
        "form": form,
        "label": source.label,
        "trial": trial,
        "picture": picture,
        "cancel_url": reverse("monitoring:rule-list"),
    }
    return render(request, "monitoring/rule_new.html", context, status=422 if form.errors else 200)


@login_required
@permission_required("monitoring.view_alertrule", raise_exception=True)
def rule_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One rule: its limits, its values of the last thirty days and its alerts."""
    rule = get_object_or_404(AlertRule.objects.visible_to(request.user).select_related("standing"), pk=pk)
    trial, gone = None, ""
    try:
        given = {name: getattr(rule, name) for name in RuleSettings.__dataclass_fields__}
        trial = services.back_test(RuleSettings(**given))
    except DomainError as refusal:
        gone = str(refusal)
    record_reading(RULE_VIEWED, rule, request=request, name=rule.name)
    context = {
        "rule": rule,
        "standing": getattr(rule, "standing", None),
        "label": sources.get(rule.series).label if rule.series in sources else rule.series,
        "trial": trial,
        "gone": gone,
        "picture": _picture(trial, rule),
        "alerts": Alert.objects.visible_to(request.user).filter(rule=rule).order_by("-id")[:20],
    }
    return render(request, "monitoring/rule_detail.html", context)


@login_required
@require_POST
@permission_required("monitoring.change_alertrule", raise_exception=True)
def rule_switch(request: HttpRequest, pk: uuid.UUID, enabled: bool) -> HttpResponse:
    """Switch a rule on or off."""
    rule = get_object_or_404(AlertRule.objects.visible_to(request.user), pk=pk)
    services.switch_rule(rule, enabled, actor=request.actor)
    messages.success(request, f"{rule.name} is {'on' if enabled else 'off'}.")
    return redirect(rule)
