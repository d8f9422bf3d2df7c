"""A shorter way for programs: with a credential in its header, a request needs nothing of what is there for browsers.

No cookie is looked at, so there is no session, no account of one, no CSRF token and no message, and no page to lead
somebody to. What a program does meet on the whole way it meets here too, by the same functions: TLS, origins, hosts,
credentials in the address, sizes, limits. Who calls and what they may do is found out where it always is, in the view.

A middleware that nobody decided about here is not gone past: then programs take the whole way as well.
"""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response as told_as_answer
from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.functional import SimpleLazyObject

from compliance.audit import Actor
from modelops.rest.middleware import refusal_by_size
from modelops.throttling.middleware import told
from modelops.web.origins import OtherOriginsMiddleware

from .addressed_credentials import refusal_of
from .sessions.store import SessionStore

GetResponse = Callable[[HttpRequest], HttpResponse]

# What comes after this one, and what programs meet of it.
MET: Final = (
    "django.middleware.security.SecurityMiddleware",
    "modelops.web.origins.OtherOriginsMiddleware",
    "accounts.addressed_credentials.RefuseAddressedCredentials",
    "django.middleware.common.CommonMiddleware",
    "modelops.rest.middleware.BodyLimitMiddleware",
    "modelops.throttling.middleware.ThrottleMiddleware",
    # Through hooks that Django calls around the view, on either way.
    "modelops.rest.middleware.DomainErrorMiddleware",
    "accounts.fresh_acts.FreshFactorMiddleware",
)
PASSED: Final = (
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.sessions.middleware.SessionMiddleware",
    "accounts.sessions.signed_in.AuthenticationMiddleware",
    "accounts.sessions.signed_in.OTPMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.access.middleware.EmergencyMiddleware",
    "modelops.web.admin_addresses.AdminAddressesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # `web.headers.harden` says the same.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
_DECIDED: Final = frozenset(MET + PASSED)
# Every view here takes credentials in the header. What MLflow's client sends as a password is a key.
_SCHEMES: Final = {"bearer": ("/api/v1/", "/mlflow/"), "basic": ("/mlflow/",)}


class ProgramsMiddleware:
    """Leads requests of programs past what is for browsers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        behind, view = _chain(get_response)
        self._view = view
        self._shorter: GetResponse | None = None
        if _DECIDED.issuperset(behind) and set(MET) - set(behind) <= {MET[1]}:
            self._security, self._common = SecurityMiddleware(get_response), CommonMiddleware(get_response)
            # There is no such middleware where no other origin may ask.
            may_ask = MET[1] in behind
            self._shorter = OtherOriginsMiddleware(told_as_answer(self._answer)) if may_ask else self._answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._shorter is not None and is_of_program(request):
            return self._shorter(request)
        return self.get_response(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        refused = self._security.process_request(request) or refusal_of(request)
        if refused is not None:
            return refused
        response = self._common.process_request(request) or refusal_by_size(request)
        if response is None:
            some: Any = request
            some.session, some.user, some.actor = SimpleLazyObject(SessionStore), AnonymousUser(), Actor.anonymous()
            response = told(request, self._view(request))
        return self._common.process_response(request, response)


def is_of_program(request: HttpRequest) -> bool:
    """Whether the request shows a credential in its header where views take one."""
    scheme, blank, _ = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return bool(blank) and request.path_info.startswith(_SCHEMES.get(scheme.lower(), ("\n",)))


def _chain(get_response: Any) -> tuple[list[str], GetResponse]:
    """The middlewares behind ``get_response`` by name, and what comes after the last: the view, as Django calls it."""
    names: list[str] = []
    while (one := getattr(get_response, "__wrapped__", None)) is not None and hasattr(one, "get_response"):
        names.append(f"{type(one).__module__}.{type(one).__qualname__}")
        get_response = one.get_response
    return names, get_response
