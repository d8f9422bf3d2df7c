"""The part of the page "Security" about what one signs in with; each change of it needs a fresh factor."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import CodeForm
from accounts.models import TOTPDevice
from accounts.services import factors as service
from accounts.services import step_up
from accounts.services.sessions import revoke_everything
from accounts.views.joining import shown_seed
from modelops.lib.errors import DomainError

from .page import panel

# The unconfirmed app that this session is adding.
_ADDING_KEY = "_adding_app"


@panel
def factors(request: HttpRequest) -> dict[str, Any]:
    """Authenticator apps, passkeys, recovery codes, and a reset that waits."""
    user = request.user
    return {
        "apps": list(TOTPDevice.objects.filter(user=user, confirmed=True).order_by("created_at")),
        "passkeys": list(user.passkeys.all()),
        "recovery_left": user.recovery_codes.filter(used_at=None).count(),
        "recovery_all": service.RECOVERY_CODES,
        "waiting_reset": user.factor_resets.filter(cancelled_at=None, done_at=None).first(),
    }


@never_cache
@sensitive_post_parameters("code")
@login_required
@require_http_methods(["GET", "POST"])
def add_app(request: HttpRequest) -> HttpResponse:
    """Add a further authenticator app, such as that of a new phone."""
    step_up.require_fresh_factor(request)
    mine = TOTPDevice.objects.filter(user=request.user, confirmed=False)
    device = mine.filter(pk=request.session.get(_ADDING_KEY)).first()
    if device is None:
        device = service.begin_enrolment(request.user, further=True)
        request.session[_ADDING_KEY] = str(device.pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.confirm_enrolment(device, form.cleaned_data["code"], actor=request.actor, further=True)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            del request.session[_ADDING_KEY]
            revoke_everything(request.user, keep=request.session.current_row)
            messages.success(
                request,
                "The app is added; other browsers have to sign in again. Remove the old one if it is gone.",
            )
            return redirect("accounts:security")
    context = {"form": form, **shown_seed(device)}
    return render(request, "accounts/security/add_app.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove_app(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Remove one authenticator app while another factor remains; other browsers have to sign in again."""
    step_up.require_fresh_factor(request)
    device = get_object_or_404(TOTPDevice, user=request.user, pk=pk, confirmed=True)
    service.remove_factor(request.user, device, actor=request.actor, keep=request.session.current_row)
    messages.success(request, "The authenticator app is removed. Other browsers have to sign in again.")
    return redirect("accounts:security")


@never_cache
@login_required
@require_POST
def renew_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes in place of the old ones; the answer shows them, this once."""
    step_up.require_fresh_factor(request)
    codes = service.renew_recovery_codes(request.user, actor=request.actor)
    context = {"codes": codes, "continue_url": resolve_url("accounts:security"), "renewed": True}
    return render(request, "accounts/recovery_codes.html", context)
