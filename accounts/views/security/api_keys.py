"""The part of the page "Security" about API keys."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import services
from accounts.forms import ApiKeyForm
from accounts.models import ApiKey, User
from accounts.services.api_keys import ALL
from modelops.lib.errors import DomainError

from .page import panel, show


@panel
def api_keys(request: HttpRequest) -> dict[str, Any]:
    """The newest keys, and the form for another one."""
    return {"api_keys": ApiKey.objects.owned_by(request.user)[:50], "form": ApiKeyForm()}


@never_cache
@login_required
@require_POST
def issue_api_key(request: HttpRequest) -> HttpResponse:
    """Issue an API key; the answer shows it, this once."""
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return show(request, form=form, status=422)
    given = form.cleaned_data
    scopes = [ALL] if given["access"] == ALL else _readable(request.user)
    try:
        key, text = services.issue_api_key(
            request.user, name=given["name"], scopes=scopes, days=given["days"], actor=request.actor
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return show(request, form=form, status=422)
    return show(request, issued=text, issued_key=key)


def _readable(user: User) -> list[str]:
    return sorted(name for name in user.get_all_permissions() if name.split(".")[1].startswith("view_"))


@login_required
@require_POST
def revoke_api_key(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Revoke one of one's own API keys."""
    key = get_object_or_404(ApiKey.objects.owned_by(request.user), pk=pk)
    services.revoke_api_key(key, actor=request.actor)
    messages.success(request, f"The API key {key.name} is revoked. What uses it is refused from now on.")
    return redirect("accounts:security")
