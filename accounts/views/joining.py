"""From an invitation to a ready account."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import services, totp
from accounts.actors import actor_of
from accounts.forms import CodeForm, NewPasswordForm
from accounts.models import TOTPDevice, User
from accounts.qr import qr_svg
from accounts.recovering.services import addresses
from accounts.sessions import signing_in
from modelops.lib.errors import DomainError

from .sign_in import signed_in


@method_decorator([never_cache, sensitive_post_parameters("password", "repeated")], name="dispatch")
class InvitationView(View):
    """The invited person sets a password. A link that is over is a 404 that says so."""

    template = "accounts/invitation.html"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The form."""
        return self._page(request, NewPasswordForm(), services.find_open(token).user, 200)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Set the password, then enrol the second factor."""
        invited = services.find_open(token).user
        form = NewPasswordForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, invited, 422)
        try:
            user = self._accept(token, form.cleaned_data["password"])
        except DomainError as error:
            if error.field is None:
                raise
            form.add_error(error.field, error.message)
            return self._page(request, form, invited, 422)
        signing_in.begin(request, user)
        return redirect("accounts:enrol")

    @transaction.atomic
    def _accept(self, token: str, password: str) -> User:
        """Take the invitation; the address that the inviter wrote down is confirmed by a mail of its own."""
        user = services.accept(token, password)
        addresses.ask_for_present(user)
        return user

    def _page(self, request: HttpRequest, form: NewPasswordForm, invited: User, status: int) -> HttpResponse:
        return render(request, self.template, {"form": form, "invited": invited}, status=status)


def shown_seed(device: TOTPDevice) -> dict[str, str]:
    """The seed of a new authenticator as the page shows it: a QR code of ours, and text to type."""
    secret = totp.base32(device.open_seed())
    return {
        "qr": qr_svg(services.otpauth_uri(device), title="QR code for your authenticator app"),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    }


@method_decorator([never_cache, sensitive_post_parameters("code")], name="dispatch")
class EnrolView(View):
    """Enrolment of an authenticator app, for a browser that gave the right password a moment ago."""

    template = "accounts/enrol.html"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Only between password and second factor."""
        user = signing_in.pending(request, "enrol")
        if user is None:
            if not request.user.is_authenticated:
                messages.info(request, "Sign in with your name and password first.")
            return redirect("accounts:security" if request.user.is_authenticated else "accounts:sign-in")
        self.user: User = user
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The QR code of a new seed, or of the one that this browser began with."""
        device = signing_in.enrolling_device(request, self.user)
        if device is None:
            device = services.begin_enrolment(self.user)
            signing_in.remember_device(request, device)
        return self._page(request, device, CodeForm(), 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirm the first code, sign in and show the recovery codes once."""
        device = signing_in.enrolling_device(request, self.user)
        if device is None:
            return redirect("accounts:enrol")
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self._page(request, device, form, 422)
        try:
            codes = services.confirm_enrolment(device, form.cleaned_data["code"], actor=actor_of(self.user))
        except DomainError as error:
            if error.field is None:
                raise
            form.add_error(error.field, error.message)
            return self._page(request, device, form, 422)
        address = signed_in(request, self.user, device, "otp").headers["Location"]
        return render(request, "accounts/recovery_codes.html", {"codes": codes, "continue_url": address})

    def _page(self, request: HttpRequest, device: TOTPDevice, form: CodeForm, status: int) -> HttpResponse:
        context = {"form": form, "submit": "Confirm and sign in", "passkey_possible": True, **shown_seed(device)}
        return render(request, self.template, context, status=status)
