"""The page that asks for a code once more and leads back to where one was, or to what was typed meanwhile."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts import kept_forms
from accounts.errors import SlowDown, StepUpRefused
from accounts.forms import CodeForm
from accounts.services import step_up
from accounts.sessions.signing_in import safe_next
from modelops.lib.errors import NotFound

TEMPLATE = "accounts/confirm.html"


@never_cache
@sensitive_post_parameters("code")
@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the session with a code of the app."""
    back = safe_next(request, request.GET.get("next", "")) or resolve_url("overview")
    form = CodeForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "back": back,
        "kept": kept_forms.of_address(request, back),
        "minutes": int(step_up.MAX_AGE.total_seconds() // 60),
        "passkey_url": f"{resolve_url('passkeys:confirm')}?{urlencode({'next': back})}",
    }
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=422 if form.is_bound else 200)
    try:
        step_up.confirm(request, form.cleaned_data["code"])
    except (StepUpRefused, SlowDown) as error:
        form.add_error("code", error.message)
        answer = render(request, TEMPLATE, context, status=error.status)
        if isinstance(error, SlowDown):
            answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    messages.success(request, f"Confirmed for {context['minutes']} minutes. Go on with what you were doing.")
    return redirect(back)


@never_cache
@login_required
@require_GET
def kept_form(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was typed until the second factor was too old, with the button that sends it."""
    kept = kept_forms.find(request, str(pk))
    if kept is None:
        raise NotFound(
            "What was typed is no longer kept: it was sent, or is older than "
            f"{kept_forms.KEPT_FOR_S // 60} minutes, or newer ones took its place. Open the form and fill it in again.",
            code="kept_form.gone",
        )
    return render(request, "accounts/kept_form.html", {"kept": kept})
