"""The page "Security": factors, sessions and API keys of one's own account."""

import uuid

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.forms import ApiKeyForm, ChangePasswordForm
from accounts.models import ApiKey, Session, TOTPDevice, User
from accounts.services.api_keys import ALL
from modelops.lib.errors import DomainError


def _page(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    user: User = request.user
    context = {
        "device": TOTPDevice.objects.filter(user=user, confirmed=True).first(),
        "recovery_left": user.recovery_codes.filter(used_at=None).count(),
        "sessions": Session.objects.owned_by(user).live(),
        "current": request.session.current_row,
        "api_keys": ApiKey.objects.owned_by(user)[:50],
        "form": ApiKeyForm(),
        **more,
    }
    return render(request, "accounts/security.html", context, status=status)


@never_cache
@login_required
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Everything at a glance."""
    return _page(request)


@login_required
@require_POST
def revoke_session(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End one of one's own sessions."""
    session = get_object_or_404(Session.objects.owned_by(request.user), pk=pk)
    services.revoke_session(session, actor=request.actor)
    messages.success(request, "The session is ended. That browser has to sign in again.")
    return redirect("accounts:security")


@login_required
@require_POST
def revoke_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    ended = services.revoke_other_sessions(request.user, request.session.current_row, actor=request.actor)
    messages.success(request, f"Ended {ended} other sessions and all API sign-ins.")
    return redirect("accounts:security")


@never_cache
@login_required
@require_POST
def issue_api_key(request: HttpRequest) -> HttpResponse:
    """Issue an API key; the answer shows it, this once."""
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    given = form.cleaned_data
    scopes = [ALL] if given["access"] == ALL else _readable(request.user)
    try:
        key, text = services.issue_api_key(
            request.user, name=given["name"], scopes=scopes, days=given["days"], actor=request.actor
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _page(request, form=form, status=422)
    return _page(request, issued=text, issued_key=key)


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


@never_cache
@sensitive_post_parameters("current", "password", "repeated")
@login_required
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other browsers and API sign-ins have to sign in again."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_password(
                request.user,
                form.cleaned_data["current"],
                form.cleaned_data["password"],
                keep=request.session.current_row,
                actor=request.actor,
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, "The password is changed. Other browsers have to sign in again.")
            return redirect("accounts:security")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)
