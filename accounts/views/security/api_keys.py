"""The part of the page "Security" about API keys."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.api_key_forms import ApiKeyForm, RotationForm
from accounts.models import ApiKey
from accounts.services.step_up import is_fresh, require_fresh_factor
from modelops.lib.errors import DomainError
from modelops.lib.scopes import parse

from .page import panel, show


@panel
def api_keys(request: HttpRequest) -> dict[str, Any]:
    """The newest keys, and the form for another one."""
    keys = list(ApiKey.objects.owned_by(request.user)[:50])
    replaced = {key.replaces_id for key in keys}
    for key in keys:
        key.is_replaced = key.pk in replaced
        key.only_for = sorted({_name(text) for text in key.scopes if ":" in text})
    return {"api_keys": keys, "form": ApiKeyForm(), "may_issue": is_fresh(request)}


def _name(scope: str) -> str:
    found = parse(scope)
    return found.name if found.kind == "model" else f"{found.kind}/{found.name}"


@never_cache
@login_required
@require_POST
def issue_api_key(request: HttpRequest) -> HttpResponse:
    """Issue an API key; the answer shows it, this once."""
    require_fresh_factor(request)
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return show(request, form=form, status=422)
    try:
        key, text = services.issue_api_key(request.user, **form.wanted(request.user), actor=request.actor)
    except DomainError as error:
        field = {"scopes": "objects"}.get(error.field or "", error.field)
        form.add_error(field if field in form.fields else None, error.message)
        return show(request, form=form, status=422)
    return show(request, issued=text, issued_key=key)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def rotate_api_key(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Replace one of one's own API keys; the answer shows the new one, this once."""
    key = get_object_or_404(ApiKey.objects.owned_by(request.user).live(), pk=pk)
    require_fresh_factor(request)
    form = RotationForm(request.POST or None)
    if form.is_valid():
        try:
            successor, text = services.rotate_api_key(
                key, overlap_h=form.cleaned_data["overlap_h"], actor=request.actor
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return show(request, issued=text, issued_key=successor)
    context = {"key": key, "form": form}
    return render(request, "accounts/rotate_api_key.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def revoke_api_key(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Revoke one of one's own API keys."""
    key = get_object_or_404(ApiKey.objects.owned_by(request.user), pk=pk)
    services.revoke_api_key(key, actor=request.actor)
    messages.success(request, f"The API key {key.name} is revoked. What uses it is refused from now on.")
    return redirect("accounts:security")
