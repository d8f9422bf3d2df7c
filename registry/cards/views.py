"""Pages of a model's card: read, write, look at revisions, take documents along; explanations of a version."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from modelops.lib.errors import DomainError
from modelops.lib.pages import keyset_page
from registry.grants.gate import require_change
from registry.models import ModelVersion, RegisteredModel

from . import services, viewing
from .access import require_explaining
from .api import VIEW, WRITE
from .completeness import completeness, current_card
from .contents import differences
from .downloads import asked_form, document_response
from .forms import CardForm, ExplanationForm
from .making import document_of_annex, document_of_card
from .models import CardDraft, CardRevision
from .written import FORMS


def _model(request: HttpRequest, name: str) -> RegisteredModel:
    return get_object_or_404(RegisteredModel.objects.visible_to(request.user).select_related("owner"), name=name)


def _version(request: HttpRequest, name: str, number: int) -> ModelVersion:
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    return get_object_or_404(versions, model__name=name, number=number)


@require_safe
@login_required
@permission_required(VIEW, raise_exception=True)
def card(request: HttpRequest, name: str) -> HttpResponse:
    """The card as it stands, with what is missing and its revisions."""
    model = _model(request, name)
    found = current_card(model)
    viewing.card(request, model)
    rows = CardRevision.objects.visible_to(request.user).filter(model=model).select_related("author")
    context = {
        "model": model,
        "card": found,
        "state": completeness(model, found.content if found else {}),
        "document": document_of_card(model, found),
        "draft": CardDraft.objects.filter(model=model).first() if request.user.has_perm(WRITE) else None,
        "page": keyset_page(request, rows, order_by="-number", size=10),
        "forms": list(FORMS),
        "latest": ModelVersion.objects.visible_to(request.user).filter(model=model).order_by("-number").first(),
    }
    return render(request, "cards/card.html", context)


@login_required
@permission_required(WRITE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """Write the next revision."""
    model = _model(request, name)
    require_change(request, model)
    found = current_card(model)
    form = CardForm(
        request.POST if request.method == "POST" else None,
        risk_class=model.risk_class,
        content=found.content if found else {},
        initial={"base": found.number if found else 0},
    )
    if form.is_valid():
        try:
            row = services.save_card(model, form.content, base=form.cleaned_data["base"], actor=request.actor)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields and error.field != "base" else None, error.message)
        else:
            messages.success(request, f"Revision {row.number} of the card is saved.")
            return redirect("cards:card", model.name)
    elif found is not None:
        viewing.card(request, model, "form")
    context = {"model": model, "form": form}
    return render(request, "cards/edit.html", context, status=422 if form.is_bound else 200)


@require_safe
@login_required
@permission_required(VIEW, raise_exception=True)
def revision(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One revision: what it said, and what it changed."""
    model = _model(request, name)
    rows = CardRevision.objects.visible_to(request.user).filter(model=model).select_related("author")
    found = get_object_or_404(rows, number=number)
    before = rows.filter(number=number - 1).first()
    viewing.card(request, model, f"revision {number}")
    context = {
        "model": model,
        "card": found,
        "changes": differences(before.content if before else {}, found.content),
        "document": document_of_card(model, found),
    }
    return render(request, "cards/revision.html", context)


@require_safe
@login_required
@permission_required(VIEW, raise_exception=True)
def document(request: HttpRequest, name: str) -> HttpResponse:
    """The card as a file."""
    form = asked_form(request.GET.get("as", "markdown"))
    model = _model(request, name)
    viewing.card(request, model, form)
    return document_response(document_of_card(model, current_card(model)), form, f"{model.name}-card")


@require_safe
@login_required
@permission_required(VIEW, raise_exception=True)
def annex(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The nine headings of Annex IV for a version: shown, or as a file."""
    version = _version(request, name, number)
    made = document_of_annex(version)
    if "as" in request.GET:
        form = asked_form(request.GET["as"])
        viewing.card(request, version.model, f"Annex IV of version {number}, {form}")
        return document_response(made, form, f"{name}-v{number}-annex-iv")
    viewing.card(request, version.model, f"Annex IV of version {number}")
    context = {"version": version, "model": version.model, "document": made, "forms": list(FORMS)}
    return render(request, "cards/annex.html", context)


@require_safe
@login_required
@permission_required("registry.view_modelversion", raise_exception=True)
def explanation(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The newest explanation of a version as bars; 403 without the permission to have explanations."""
    version = _version(request, name, number)
    require_explaining(request.user, version.model)
    viewing.explanation(request, version)
    context = {"version": version, "model": version.model, "rows": list(version.explanations.all()[:10])}
    return render(request, "cards/explanation.html", {**context, "form": ExplanationForm()})


@require_POST
@login_required
@permission_required("registry.add_modelversion", raise_exception=True)
def explanation_add(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Keep an explanation."""
    version = _version(request, name, number)
    require_change(request, version.model)
    form = ExplanationForm(request.POST)
    if form.is_valid():
        try:
            services.add_explanation(version, form.cleaned_data["explanation"], actor=request.actor)
        except DomainError as error:
            form.add_error("explanation", error.message)
        else:
            messages.success(request, "The explanation is kept.")
            return redirect(version)
    context = {"version": version, "model": version.model, "rows": [], "form": form}
    return render(request, "cards/explanation.html", context, status=422)
