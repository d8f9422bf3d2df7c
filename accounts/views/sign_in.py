"""Signing in and out."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import services
from accounts.errors import SignInRefused, SlowDown
from accounts.forms import CodeForm, RecoveryForm, SignInForm
from accounts.models import User
from accounts.services.factors import Factor, Method
from accounts.sessions import signing_in

Refusal = SignInRefused | SlowDown


def refused(request: HttpRequest, template: str, context: dict[str, Any], error: Refusal) -> HttpResponse:
    """The page again with the refusal on its form, its status and its waiting time."""
    context["form"].add_error(None, error.message)
    response = render(request, template, context, status=error.status)
    if isinstance(error, SlowDown):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class SignInView(View):
    """The first step: name and password."""

    template = "accounts/sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form; who is signed in already goes on."""
        if request.user.is_authenticated:
            return redirect(signing_in.safe_next(request, request.GET.get("next", "")) or settings.LOGIN_REDIRECT_URL)
        form = SignInForm(initial={"next": request.GET.get("next", "")})
        return render(request, self.template, {"form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check name and password, then ask for the code."""
        form = SignInForm(request.POST)
        if not form.is_valid():
            return render(request, self.template, {"form": form}, status=422)
        given, network = form.cleaned_data, signing_in.network(request)
        try:
            step = services.open_sign_in(
                given["username"],
                given["password"],
                network=network,
                go_on=lambda first: signing_in.go_on(request, first, next_address=given["next"]),
            )
        except SlowDown as error:
            return refused(request, self.template, {"form": form}, error)
        return redirect("accounts:code" if step == "code" else "accounts:enrol")


@method_decorator([never_cache, sensitive_post_parameters("code")], name="dispatch")
class CodeView(View):
    """The second step: a code of the app, or a recovery code under ``?with=recovery``."""

    template = "accounts/code.html"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Only for a browser that gave a name and a password a moment ago, right or wrong."""
        self.user: User | None = signing_in.pending(request, "code")
        self.guess = None if self.user else signing_in.pending_guess(request)
        if self.user is None and self.guess is None:
            if not request.user.is_authenticated:
                messages.info(request, "Sign in with your name and password first.")
            return redirect("accounts:sign-in")
        self.recovery = request.GET.get("with") == "recovery"
        self.form_class = RecoveryForm if self.recovery else CodeForm
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return render(request, self.template, {"form": self.form_class(), "recovery": self.recovery})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check the code and sign in."""
        form = self.form_class(request.POST)
        context = {"form": form, "recovery": self.recovery}
        if not form.is_valid():
            return render(request, self.template, context, status=422)
        try:
            if self.user is None:
                services.refuse_code(*self.guess, form.cleaned_data["code"])
            return services.check_code(
                self.user,
                form.cleaned_data["code"],
                network=signing_in.network(request),
                then=partial(_welcome, request, self.user),
            )
        except (SignInRefused, SlowDown) as error:
            return refused(request, self.template, context, error)


def signed_in(request: HttpRequest, user: User, factor: Factor, method: Method) -> HttpResponse:
    """Both steps are done, the second without a code that was asked for here: the session, and on."""
    services.forget_failures(user, network=signing_in.network(request))
    return _welcome(request, user, factor, method)


def _welcome(request: HttpRequest, user: User, factor: Factor, method: Method) -> HttpResponse:
    """The session, and on to where the person wanted."""
    address = signing_in.complete(request, user, factor, method)
    if method == "recovery":
        left = user.recovery_codes.filter(used_at=None).count()
        messages.warning(request, f"You signed in with a recovery code; {left} are left. Make new ones under Security.")
    return redirect(address or resolve_url(settings.LOGIN_REDIRECT_URL))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    signing_in.sign_out(request)
    messages.success(request, "You are signed out.")
    return redirect("accounts:sign-in")
