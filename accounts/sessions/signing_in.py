"""What the browser's session knows while somebody signs in, and afterwards.

Between password and code the session names a pending account but nobody is signed in: for every page but the code page
and the enrolment page the request is anonymous.
"""

import uuid
from typing import Literal

import django_otp
from django.contrib import auth
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.actors import actor_of
from accounts.audit_events import SIGNED_IN, SIGNED_OUT
from accounts.devices.recognising import recognise
from accounts.models import TOTPDevice, User
from accounts.services import step_up
from accounts.services.factors import Factor, Method
from accounts.services.sessions import keep_newest
from accounts.services.sign_in import FirstStep
from compliance.audit import record
from compliance.audit.context import identify, network_of
from modelops.lib.browsers import browser_family
from modelops.lib.fixed_queries import FixedQuery

from .store import META_KEY

PENDING_KEY = "_pending"
PENDING_FOR_S = 10 * 60
_BACKEND = "django.contrib.auth.backends.ModelBackend"
NOBODY = uuid.UUID(int=0)
Step = Literal["code", "enrol"]
# What the session says of its factors (RFC 8176), and what the ledger says.
AMR = {
    "otp": ["pwd", "otp"],
    "recovery": ["pwd", "kba"],
    "passkey": ["pwd", "pop"],
    "passkey alone": ["pop", "user", "mfa"],
}
HOW = {
    "otp": "a code",
    "recovery": "a recovery code",
    "passkey": "a passkey after the password",
    "passkey alone": "a passkey alone",
}


def network(request: HttpRequest) -> str:
    """The network that a request comes from."""
    return network_of(request.META.get("REMOTE_ADDR", ""))


def safe_next(request: HttpRequest, address: str) -> str:
    """``address`` when it leads back into the portal, else an empty text."""
    own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if own else ""


def go_on(request: HttpRequest, first: FirstStep, *, next_address: str = "") -> Step:
    """What follows the first step, be it right or wrong; the session is written here, in the caller's transaction."""
    if first.user is not None:
        step = begin(request, first.user, next_address=next_address)
    else:
        step = begin_guess(request, first.named, first.guess, next_address=next_address)
    request.session.save()
    return step


def begin(request: HttpRequest, user: User, *, next_address: str = "") -> Step:
    """Remember who gave the right password, under a new session id, and return the step that follows."""
    has_factor = user.has_second_factor if user.had_factor is None else user.had_factor
    step: Step = "code" if has_factor else "enrol"
    # A new password makes a pending sign-in with the old one worthless.
    _wait_for(request, step, next_address, user=str(user.pk), hash=user.get_session_auth_hash())
    return step


def begin_guess(request: HttpRequest, named: User | None, guess: str, *, next_address: str = "") -> Step:
    """The same for a wrong name or password: nothing that is seen from outside differs."""
    nobody = named or User(pk=NOBODY)
    _wait_for(request, "code", next_address, user="", named=str(nobody.pk), guess=guess)
    return "code"


def _wait_for(request: HttpRequest, step: Step, next_address: str, **more: str) -> None:
    if auth.SESSION_KEY in request.session:
        sign_out(request)
    request.session.flush()
    request.session[PENDING_KEY] = {
        "since": timezone.now().timestamp(),
        "step": step,
        "next": safe_next(request, next_address),
        **more,
    }


def _waiting(request: HttpRequest, step: Step) -> dict[str, str] | None:
    """What the first step left behind, when that was within ten minutes and ``step`` follows."""
    state = request.session.get(PENDING_KEY)
    if not state or state["step"] != step or timezone.now().timestamp() - state["since"] > PENDING_FOR_S:
        return None
    return state


def is_waiting(request: HttpRequest, step: Step) -> bool:
    """Whether this browser took the first step a moment ago, rightly or not."""
    return _waiting(request, step) is not None


def go_on_to(request: HttpRequest, address: str) -> None:
    """Where a sign-in without a first step leads."""
    state = request.session.get(PENDING_KEY) or {}
    request.session[PENDING_KEY] = {"next": safe_next(request, address) or state.get("next", "")}


def pending_guess(request: HttpRequest) -> tuple[User | None, str] | None:
    """Whom a wrong name or password named, and where its codes are counted; None when there was none."""
    state = _waiting(request, "code")
    if state is None or state["user"]:
        return None
    return User.objects.filter(pk=uuid.UUID(state["named"])).first(), state["guess"]


def pending(request: HttpRequest, step: Step) -> User | None:
    """The account whose password this browser gave within ten minutes and whose next step is ``step``, or None."""
    state = _waiting(request, step)
    if state is None or not state["user"]:
        return None
    user = _active.first(None, account=uuid.UUID(state["user"]))
    return user if user is not None and user.get_session_auth_hash() == state["hash"] else None


@FixedQuery
def _active(_: None, *, account: uuid.UUID) -> "QuerySet[User]":
    return User.objects.filter(pk=account, is_active=True)


def enrolling_device(request: HttpRequest, user: User) -> TOTPDevice | None:
    """The unconfirmed device that this browser is enrolling."""
    device_id = (request.session.get(PENDING_KEY) or {}).get("device")
    return TOTPDevice.objects.filter(pk=device_id, user=user, confirmed=False).first() if device_id else None


def remember_device(request: HttpRequest, device: TOTPDevice) -> None:
    """Keep the device that this browser is enrolling."""
    request.session[PENDING_KEY] = {**request.session[PENDING_KEY], "device": str(device.pk)}


def complete(request: HttpRequest, user: User, device: Factor, method: Method) -> str:
    """Sign ``user`` in with both factors, under a new session id; returns the address to go to, or an empty text."""
    try:
        return _complete(request, user, device, method)
    except BaseException:
        request.session.abandon()  # whatever answer follows, it must not write what was rolled back
        raise


@transaction.atomic(savepoint=False)
def _complete(request: HttpRequest, user: User, device: Factor, method: Method) -> str:
    next_address = (request.session.get(PENDING_KEY) or {}).get("next", "")
    if auth.SESSION_KEY in request.session:
        sign_out(request)  # else a session of the same account would go on under its id
    request.session.pop(PENDING_KEY, None)
    used = recognise(request, user)
    request.session[META_KEY] = {
        "network": network(request),
        "browser": browser_family(request.headers.get("User-Agent", "")),
        "id": str(used.pk),
        "amr": AMR[method],
    }
    request.session.account = user
    request.session.writes_id_when_saved = True
    auth.login(request, user, backend=_BACKEND)
    django_otp.login(request, device)
    if method != "recovery":
        # Under the id that the sign-in has just given it: another one (`step_up.remember`) would only cost.
        request.session[step_up.CONFIRMED_KEY] = timezone.now().timestamp()
    # Saved here, so that the session begins with the row about it or not at all; `auth.login` wrote the account's row,
    # whose lock `keep_newest` needs.
    request.session.save()
    identify(session=str(request.session.row.pk))
    keep_newest(user, request.session.row, actor=actor_of(user))
    record(SIGNED_IN, user, actor=actor_of(user), method=HOW[method])
    return next_address


@transaction.atomic
def sign_out(request: HttpRequest) -> None:
    """End this browser's session."""
    if request.user.is_authenticated:
        record(SIGNED_OUT, request.user, actor=actor_of(request.user))
    auth.logout(request)
