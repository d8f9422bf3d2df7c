"""Moving an alias from the page of a version, and the page of its history."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from modelops.lib.errors import DomainError, Invalid
from modelops.lib.pages import keyset_page
from registry import viewing
from registry.grants.gate import require_change
from registry.models import ModelVersion, RegisteredModel

from . import periods, services
from .forms import AliasForm, AtForm
from .moments import asked_moment


@require_POST
@login_required
@permission_required("aliases.add_alias", raise_exception=True)
def version_alias(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Point an alias at this version; a protected one leads to the page that asks for the promotion."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model")
    version = get_object_or_404(versions, model__name=name, number=number)
    require_change(request, version.model)
    form = AliasForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the alias a name.")
        return redirect(version)
    if services.is_protected(form.cleaned_data["alias"]):
        query = urlencode({"alias": form.cleaned_data["alias"]})
        return redirect(f"{reverse('promotion:ask', args=[name, number])}?{query}")
    try:
        alias = services.set_alias(version.model, form.cleaned_data["alias"], version, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{version} is now {alias.name!r}.")
    return redirect(version)


@require_safe
@login_required
@permission_required("aliases.view_aliasperiod", raise_exception=True)
def alias_history(request: HttpRequest, name: str, alias: str) -> HttpResponse:
    """What the alias pointed at and when; with ``?at=`` what it pointed at then."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    page = keyset_page(request, periods.history_of(model, alias), order_by="-id")
    viewing.model(request, model, "alias")
    context: dict[str, Any] = {
        "model": model,
        "alias": alias,
        "page": page,
        "at": request.GET.get("at", "").strip()[:40],
    }
    context["form"] = AtForm(initial={"at": context["at"][:10]})
    if context["at"]:
        try:
            context["moment"] = asked_moment(context["at"])
            context["found"] = periods.live_at(model, alias, context["moment"])
        except Invalid as error:
            context["fault"] = error.message
    return render(request, "aliases/history.html", context)
