"""Asking, approving, rejecting and withdrawing in the portal."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from modelops.lib.errors import DomainError
from registry import viewing
from registry.aliases.gate import ask_all
from registry.grants.gate import require_change
from registry.models import ModelVersion, RegisteredModel
from registry.promotion import best, deciding, requesting
from registry.promotion.forms import OverridingForm, PromotionForm, RejectionForm
from registry.promotion.models import Promotion, State
from registry.promotion.payload import live_number, needed_for
from registry.promotion.policies import policy_for
from registry.promotion.showing import outcome_rows

from .pages import promotion_page


@require_http_methods(["GET", "POST"])
@login_required
@permission_required("promotion.add_promotion", raise_exception=True)
def ask(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """What the gates say of a version now, and the form that asks for its promotion."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    version = get_object_or_404(versions, model__name=name, number=number)
    require_change(request, version.model)
    outcomes = ask_all(version)
    failing = any(not one.passed for one in outcomes)
    kind = OverridingForm if failing else PromotionForm
    alias = request.GET.get("alias", "").lower()
    form = kind(request.POST if request.method == "POST" else None, initial={"alias": alias or None})
    if form.is_valid():
        try:
            promotion = requesting.request(version, **form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"Asked for. {promotion.approvals_needed} others have to approve it.")
            return redirect(promotion)
    policy = policy_for(version.model)
    context = {
        "version": version,
        "model": version.model,
        "form": form,
        "gates": outcome_rows(outcomes),
        "is_failing": failing,
        "aliases": [
            (key, live_number(version, key), needed_for(policy, key, override=failing))
            for key, _ in form.fields["alias"].choices
        ],
    }
    return render(request, "promotion/ask.html", context, status=422 if form.is_bound else 200)


@require_safe
@login_required
@permission_required("promotion.add_promotion", raise_exception=True)
def ask_best(request: HttpRequest, name: str) -> HttpResponse:
    """Which version is the best and why; nothing is asked for before it is confirmed by its number."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    require_change(request, model)
    form = PromotionForm(request.GET if "alias" in request.GET else None)
    alias = form.cleaned_data["alias"] if form.is_bound and form.is_valid() else form.fields["alias"].choices[0][0]
    viewing.model(request, model, "best")
    context = {"model": model, "alias": alias}
    try:
        context["pick"] = pick = best.pick(model, alias)
        context["gates"] = outcome_rows(pick.outcomes)
    except DomainError as error:
        context["fault"] = error.message
    return render(request, "promotion/best.html", context)


@require_POST
@login_required
@permission_required("promotion.approve_promotion", raise_exception=True)
def approve(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One person's word for what the page showed."""
    promotion = _promotion(request, pk)
    done = deciding.approve(promotion, digest=request.POST.get("payload_digest", "")[:64], actor=request.actor)
    if done.state == State.EXECUTED:
        messages.success(request, f"Approved. {done.alias} of {done.model} points at version {done.number} now.")
    else:
        messages.success(request, "Approved. It waits for somebody else.")
    return redirect(done)


@require_POST
@login_required
@permission_required("promotion.approve_promotion", raise_exception=True)
def reject(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say no, with the reason."""
    promotion = _promotion(request, pk)
    form = RejectionForm(request.POST)
    if not form.is_valid():
        return promotion_page(request, promotion, form, status=422)
    deciding.reject(promotion, form.cleaned_data["reason"], actor=request.actor)
    messages.success(request, "Rejected. Who asked for it is told why.")
    return redirect(promotion)


@require_POST
@login_required
@permission_required("promotion.add_promotion", raise_exception=True)
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one's own request back."""
    done = requesting.withdraw(_promotion(request, pk), actor=request.actor)
    messages.success(request, "The request is withdrawn.")
    return redirect(done)


def _promotion(request: HttpRequest, pk: uuid.UUID) -> Promotion:
    return get_object_or_404(Promotion.objects.visible_to(request.user).select_related("model"), pk=pk)
