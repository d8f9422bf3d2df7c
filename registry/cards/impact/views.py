"""The portal page of a model's impact assessments: to read for whoever sees the model, to sign for who may."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from modelops.lib.errors import DomainError
from modelops.lib.pages import keyset_page
from registry.cards import viewing
from registry.cards.models import ImpactAssessment
from registry.models import RegisteredModel, RiskClass

from .forms import AssessmentForm
from .services import lacking, sign

VIEW, SIGN = "cards.view_impactassessment", "cards.add_impactassessment"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@permission_required(VIEW, raise_exception=True)
def assessments(request: HttpRequest, name: str) -> HttpResponse:
    """What was signed, newest first, and the form of the next one."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    may_sign = request.user.has_perm(SIGN)
    form = AssessmentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_sign:
            raise PermissionDenied
        if form.is_valid():
            try:
                row = sign(model, form.cleaned_data, actor=request.actor)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, f"Impact assessment {row.number} is signed.")
                return redirect("cards:assessments", model.name)
    else:
        viewing.card(request, model, "impact assessments")
    context = {
        "model": model,
        "form": form,
        "may_sign": may_sign,
        "is_demanded": model.risk_class == RiskClass.HIGH,
        "lacking": lacking(model),
        "page": keyset_page(request, ImpactAssessment.objects.filter(model=model), order_by="-number", size=10),
    }
    return render(request, "cards/assessments.html", context, status=422 if form.is_bound else 200)
