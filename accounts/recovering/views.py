"""Pages of recovery."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import SignInRefused, SlowDown
from accounts.services import step_up
from accounts.sessions import signing_in
from accounts.views.sign_in import refused
from modelops.lib.errors import DomainError

from .forms import AddressForm, ForgottenForm, ResetForm
from .models import MailedLink
from .services import addresses, factor_resets, links, passwords


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail; the answer is the same for every name."""
    form = ForgottenForm(request.POST or None)
    template = "accounts/recovering/forgotten.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, template, {"form": form}, status=422 if form.errors else 200)
    try:
        passwords.ask(form.cleaned_data["name"], network=signing_in.network(request))
    except SlowDown as error:
        return refused(request, template, {"form": form}, error)
    return render(request, "accounts/recovering/asked.html")


@never_cache
@sensitive_post_parameters("password", "repeated", "code")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password with the mailed link; signing in comes afterwards, with both factors."""
    _, user = links.find_open(MailedLink.Purpose.PASSWORD, token)
    form = ResetForm(request.POST or None, with_code=user.has_second_factor)
    context: dict[str, Any] = {"form": form, "username": user.username}
    template = "accounts/recovering/new_password.html"
    if request.method != "POST" or not form.is_valid():
        return render(request, template, context, status=422 if form.errors else 200)
    try:
        passwords.set_new(token, form.cleaned_data["password"], form.cleaned_data.get("code", ""))
    except (SignInRefused, SlowDown) as error:
        return refused(request, template, context, error)
    except DomainError as error:
        if error.field not in form.fields:
            raise
        form.add_error(error.field, error.message)
        return render(request, template, context, status=422)
    messages.success(request, "The new password is set. Sign in with it.")
    return redirect("accounts:sign-in")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Confirm one's address or change it."""
    step_up.require_fresh_factor(request)
    form = AddressForm(request.POST or None, initial={"address": request.user.email})
    if request.method == "POST" and form.is_valid():
        try:
            addresses.ask(request.user, form.cleaned_data["address"], actor=request.actor)
        except DomainError as error:
            form.add_error("address", error.message)
        else:
            messages.success(request, "A link is on its way to the address. Open it in this browser within a day.")
            return redirect("accounts:security")
    return render(request, "accounts/recovering/address.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm the address that the link was mailed to; opening it alone changes nothing."""
    link = addresses.find(request.user, token)
    if request.method == "POST":
        addresses.confirm(request.user, token)
        messages.success(request, "The address is confirmed. Mails about your account go there.")
        return redirect("accounts:security")
    return render(request, "accounts/recovering/confirm_address.html", {"address": link.address})


@login_required
@require_POST
def keep_factor(request: HttpRequest) -> HttpResponse:
    """Stop the removal of one's own second factor."""
    factor_resets.cancel(request.user, actor=request.actor)
    messages.success(request, "Your second factor stays. Tell your security administrator what happened.")
    return redirect("accounts:security")


@never_cache
@require_http_methods(["GET", "POST"])
def keep_factor_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same with the mailed link, for whoever is not signed in; opening it alone changes nothing."""
    links.find_open(MailedLink.Purpose.KEEP_FACTOR, token)
    if request.method == "POST":
        factor_resets.cancel_by_link(token)
        messages.success(request, "Your second factor stays. Tell your security administrator what happened.")
        return redirect("accounts:sign-in")
    return render(request, "accounts/recovering/keep_factor.html")
