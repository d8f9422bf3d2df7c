"""The public keys of tokens, and the page on which a person confirms what a program had asked for."""

import json
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import condition, require_http_methods, require_safe

from accounts import signing_keys
from accounts.services import api_step_up, step_up

KEPT_FOR_S = 300


def _keys(request: HttpRequest) -> str:
    return json.dumps({"keys": signing_keys.published()}, sort_keys=True)


def _etag(request: HttpRequest) -> str:
    return f'"{uuid.uuid5(uuid.NAMESPACE_URL, _keys(request))}"'


@require_safe
@condition(etag_func=_etag)
def jwks(request: HttpRequest) -> HttpResponse:
    """The keys with which tokens of this portal can be checked, as a JSON Web Key Set (RFC 7517)."""
    response = HttpResponse(_keys(request), content_type="application/jwk-set+json")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_FOR_S}"
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def confirm_api(request: HttpRequest, kind: str, pk: uuid.UUID) -> HttpResponse:
    """Let one API key or API sign-in do for some minutes what asks for a second factor."""
    waiting = api_step_up.find_waiting(request.user, kind, pk)
    step_up.require_fresh_factor(request)
    minutes = int(step_up.MAX_AGE.total_seconds() // 60)
    if request.method == "POST":
        api_step_up.confirm_api(waiting, actor=request.actor)
        messages.success(request, f"Confirmed for {minutes} minutes. Let the program send its request again.")
        return redirect("accounts:security")
    return render(request, "accounts/confirm_api.html", {"label": waiting.label, "minutes": minutes})
