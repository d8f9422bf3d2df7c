"""What a model or dataset is for, and how risky a model is: changed in the portal as over REST."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from modelops.lib.errors import DomainError
from registry.grants.gate import require_change
from registry.models import Dataset, RegisteredModel, RiskClass
from registry.services.describing import classify, describe


class DescriptionForm(forms.Form):
    """The description of a dataset."""

    description = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class ModelDescriptionForm(DescriptionForm):
    """Description, purpose and risk class of a model."""

    purpose = forms.CharField(
        required=False, max_length=1000, help_text="What is decided or advised with it, in one sentence."
    )
    risk_class = forms.ChoiceField(
        choices=RiskClass,
        help_text="As the EU AI Act has it. It decides what the card must hold before a promotion.",
    )


@login_required
@permission_required("registry.change_registeredmodel", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def describe_model(request: HttpRequest, name: str) -> HttpResponse:
    """Describe and classify a model."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    require_change(request, model)

    def change(said: dict[str, Any]) -> None:
        describe(model, said["description"], actor=request.actor)
        classify(model, purpose=said["purpose"], risk_class=said["risk_class"], actor=request.actor)

    initial = {"description": model.description, "purpose": model.purpose, "risk_class": model.risk_class}
    return _page(request, model, ModelDescriptionForm, initial, change)


@login_required
@permission_required("registry.change_dataset", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def describe_dataset(request: HttpRequest, name: str) -> HttpResponse:
    """Describe a dataset."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), name=name)
    require_change(request, dataset)

    def change(said: dict[str, Any]) -> None:
        describe(dataset, said["description"], actor=request.actor)

    return _page(request, dataset, DescriptionForm, {"description": dataset.description}, change)


def _page(
    request: HttpRequest, row: RegisteredModel | Dataset, kind: type[DescriptionForm], initial: Any, change: Any
) -> HttpResponse:
    form = kind(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            with transaction.atomic():
                change(form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"{row} is described.")
            return redirect(row)
    return render(request, "registry/describe.html", {"row": row, "form": form}, status=422 if form.is_bound else 200)
