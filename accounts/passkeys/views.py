"""Passkeys in the browser: signing in, confirming, adding and removing.

The script passkeys.js asks for options and sends the authenticator's answer in a form; every refusal is a page.
"""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import actor_of
from accounts.models import User
from accounts.services import step_up
from accounts.services.factors import remove_factor
from accounts.services.sessions import revoke_everything
from accounts.sessions import signing_in
from accounts.views.sign_in import signed_in
from modelops.lib.errors import DomainError
from modelops.lib.late import late

from . import services
from .errors import PasskeyRefused
from .forms import PasskeyForm

webauthn = late("webauthn")


def _json(options: object) -> HttpResponse:
    return HttpResponse(webauthn.options_to_json(options), content_type="application/json")


@never_cache
@require_POST
def sign_in_options(request: HttpRequest) -> HttpResponse:
    """A challenge for whoever wants to sign in; it is the same for everybody."""
    return _json(services.request_options(request.session, "sign in"))


@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey: after the password as a second factor, or with it alone."""
    expected = signing_in.pending(request, "code")
    try:
        passkey = services.check(
            request.POST.get("answer", ""), session=request.session, purpose="sign in", only=expected
        )
    except PasskeyRefused as error:
        messages.error(request, error.message)
        return redirect("accounts:code" if signing_in.is_waiting(request, "code") else "accounts:sign-in")
    if expected is None:
        signing_in.go_on_to(request, request.POST.get("next", ""))
    return signed_in(request, passkey.user, passkey, "passkey" if expected else "passkey alone")


@never_cache
@login_required
@require_POST
def confirm_options(request: HttpRequest) -> HttpResponse:
    """A challenge for whoever confirms once more that the session is theirs."""
    return _json(services.request_options(request.session, "confirm"))


@never_cache
@login_required
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the session with a passkey of one's own."""
    back = signing_in.safe_next(request, request.GET.get("next", "")) or resolve_url("overview")
    try:
        services.check(request.POST.get("answer", ""), session=request.session, purpose="confirm", only=request.user)
    except PasskeyRefused as error:
        messages.error(request, error.message)
        return redirect(f"{resolve_url('accounts:confirm')}?{request.GET.urlencode()}")
    step_up.remember(request)
    messages.success(request, "Confirmed for a few minutes. Go on with what you were doing.")
    return redirect(back)


@never_cache
@login_required
@require_POST
def add_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey for the signed-in person."""
    step_up.require_fresh_factor(request)
    return _json(services.registration_options(request.user, request.session))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a passkey to one's own account."""
    step_up.require_fresh_factor(request)
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _register(request, request.user, form) is not None:
        revoke_everything(request.user, keep=request.session.current_row)
        messages.success(
            request, "The passkey is added. You can sign in with it from now on; other browsers have to sign in again."
        )
        return redirect("accounts:security")
    return render(request, "accounts/passkeys/add.html", {"form": form}, status=422 if form.errors else 200)


def _register(request: HttpRequest, user: User, form: PasskeyForm) -> tuple[services.Passkey, list[str]] | None:
    given = form.cleaned_data
    try:
        return services.register(
            user, given["answer"], name=given["name"], session=request.session, actor=actor_of(user)
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


@never_cache
@require_POST
def enrol_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey as the first second factor, after the right password."""
    user = signing_in.pending(request, "enrol")
    if user is None:
        return redirect("accounts:sign-in")
    return _json(services.registration_options(user, request.session))


@never_cache
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """A passkey as the first second factor, in place of an app; the recovery codes follow."""
    user = signing_in.pending(request, "enrol")
    if user is None:
        return redirect("accounts:security" if request.user.is_authenticated else "accounts:sign-in")
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (made := _register(request, user, form)) is not None:
        passkey, codes = made
        address = signed_in(request, user, passkey, "passkey").headers["Location"]
        return render(request, "accounts/recovery_codes.html", {"codes": codes, "continue_url": address})
    return render(request, "accounts/passkeys/enrol.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Remove one's own passkey; other browsers have to sign in again."""
    step_up.require_fresh_factor(request)
    passkey = get_object_or_404(request.user.passkeys, pk=pk)
    remove_factor(request.user, passkey, actor=request.actor, keep=request.session.current_row)
    messages.success(request, f"The passkey “{passkey.name}” is removed. Other browsers have to sign in again.")
    return redirect("accounts:security")
