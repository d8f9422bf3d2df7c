"""The promotion policy of a model: to read for whoever sees the model, to set for who may."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from modelops.lib.errors import DomainError
from modelops.lib.pages import keyset_page
from registry import viewing
from registry.models import RegisteredModel
from registry.promotion.forms import PolicyForm, initial_of
from registry.promotion.models import PromotionPolicy
from registry.promotion.policies import policy_for, set_policy


@require_safe
@login_required
@permission_required("promotion.view_promotionpolicy", raise_exception=True)
def policy(request: HttpRequest, name: str) -> HttpResponse:
    """What is in force, and every revision before it."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    viewing.model(request, model, "promotion policy")
    in_force = policy_for(model)
    page = keyset_page(request, PromotionPolicy.objects.filter(model=model), order_by="-revision")
    context = {"model": model, "policy": in_force, "needed": in_force.approvals_for(""), "page": page}
    return render(request, "promotion/policy.html", context)


@require_http_methods(["GET", "POST"])
@login_required
@permission_required("promotion.change_promotionpolicy", raise_exception=True)
def policy_edit(request: HttpRequest, name: str) -> HttpResponse:
    """Put another policy in force."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    form = PolicyForm(request.POST if request.method == "POST" else None, initial=initial_of(policy_for(model)))
    if form.is_valid():
        try:
            set_policy(model, form.as_policy(), actor=request.actor)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "The policy is in force. Promotions that wait have to be asked for again.")
            return redirect(reverse("promotion:policy", args=[model.name]))
    context = {"model": model, "form": form}
    return render(request, "promotion/policy_edit.html", context, status=422 if form.is_bound else 200)
