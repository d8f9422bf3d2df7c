"""The two steps of signing in: a password, then a code.

Whether a name is known, a password right or a code right is told in one answer at the end, after the same work: whoever
gives a wrong name or password is asked for a code like anybody else, and it is refused like a wrong one. Right
passwords that were stolen elsewhere can so not be sorted out here.
"""

import uuid
from typing import Any, NamedTuple

from django.contrib.auth import authenticate
from django.db import transaction

from accounts import throttle, totp
from accounts.actors import actor_of
from accounts.audit_events import CODE_ACCEPTED, CODE_REFUSED, PASSWORD_ACCEPTED, SIGN_IN_REFUSED, SLOWED_DOWN
from accounts.errors import SignInRefused
from accounts.models import Device, TOTPDevice, User
from accounts.notices import notify
from accounts.passwords import LONGEST, normalise
from compliance.audit import Actor, record
from modelops.crypto.keyed import keyed_digest
from modelops.crypto.purposes import Purpose

from .factors import Factor, Method, use_recovery_code, verify_code

_NO_SEED = bytes(totp.SEED_BYTES)


class FirstStep(NamedTuple):
    """What the first step found: the account when the password was right, and where to count codes when it was not."""

    user: User | None
    named: User | None
    guess: str


@transaction.atomic
def _password_refused(user: User | None, budget: throttle.Budget, attempt: int) -> None:
    stranger = Actor.anonymous()
    record(SIGN_IN_REFUSED, user, actor=stranger, outcome="denied", reason="name or password", attempt=attempt)
    tell_of_wait(user, budget, attempt, actor=stranger)


@transaction.atomic
def _code_refused(user: User | None, attempt: int, reason: str) -> None:
    stranger = Actor.anonymous()
    record(CODE_REFUSED, user, actor=stranger, outcome="denied", reason=reason, attempt=attempt)
    tell_of_wait(user, throttle.CODE, attempt, actor=stranger)


def tell_of_wait(user: User | None, budget: throttle.Budget, attempt: int, *, actor: Actor) -> None:
    """Record that a failure began a wait, in the transaction of the row about the failure."""
    if wait_s := budget.wait_after(attempt):
        record(SLOWED_DOWN, user, actor=actor, outcome="denied", reason=budget.label, attempt=attempt, wait_s=wait_s)


def first_step(name: str, password: str, *, network: str) -> FirstStep:
    """Look at a user name (or confirmed e-mail address) and a password that came from ``network``.

    The same work for an unknown name, a wrong password and a right one, but for the row about a refusal. The attempt
    counts as failed until `forget_failures`. Raises SlowDown.
    """
    name = name.replace("\x00", "").strip()[:254]
    named = User.objects.signing_in_as(name)
    counted = named.username.lower() if named else name.lower()
    attempt = throttle.take(throttle.PASSWORD_HERE, f"{counted}\n{network}")
    anywhere = throttle.take(throttle.PASSWORD_ANYWHERE, _anywhere_else(counted, named, network))
    user = None
    if len(password) <= LONGEST * 4:
        user = authenticate(username=named.username if named else name, password=normalise(password))
    guess = keyed_digest(Purpose.SESSION, b"accounts.guess", f"{counted}\n{password}".encode()).hex()
    if isinstance(user, User) and not user.is_service:
        return FirstStep(user, user, guess)
    by_here = throttle.PASSWORD_HERE.wait_after(attempt) >= throttle.PASSWORD_ANYWHERE.wait_after(anywhere)
    budget, count = (throttle.PASSWORD_HERE, attempt) if by_here else (throttle.PASSWORD_ANYWHERE, anywhere)
    _password_refused(named, budget, count)
    return FirstStep(None, named, guess)


def _anywhere_else(counted: str, named: User | None, network: str) -> str:
    """Where failures from everywhere are counted: apart for a network that the account signed in from before.

    Else strangers all over the world could keep somebody waiting for as long as they go on.
    """
    account = named.pk if named else uuid.UUID(int=0)
    at_home = Device.objects.filter(user=account, ip_prefix=network).exists()
    return f"{counted}\n{network}" if at_home else counted


def open_sign_in(name: str, password: str, *, network: str) -> FirstStep:
    """The first step in a browser, which leaves a row in either case. Raises SlowDown."""
    step = first_step(name, password, network=network)
    if step.user is not None:
        with transaction.atomic():
            record(PASSWORD_ACCEPTED, step.user, actor=Actor.anonymous())
    return step


def check_password(name: str, password: str, *, network: str) -> User:
    """The account of ``name`` when the password is right. Raises SignInRefused and SlowDown."""
    step = first_step(name, password, network=network)
    if step.user is None:
        raise SignInRefused
    return step.user


def check_both(name: str, password: str, code: str, *, network: str) -> tuple[User, Method]:
    """Both steps at once. Raises SignInRefused and SlowDown."""
    step = first_step(name, password, network=network)
    if step.user is None:
        _look_at_nothing(step.guess, code)
        raise SignInRefused
    _, method = check_code(step.user, code)
    forget_failures(step.user, network=network)
    return step.user, method


def check_code(user: User, code: str) -> tuple[Factor, Method]:
    """The second step: a code of the app or a recovery code. Raises SignInRefused and SlowDown."""
    attempt = throttle.take(throttle.CODE, str(user.pk))
    verified = verify_code(user, code)
    if verified is None:
        _code_refused(user, attempt, "not a code of this account")
        raise SignInRefused
    accept_factor(user, verified[1])
    return verified


@transaction.atomic
def accept_factor(user: User, method: Method) -> None:
    """The second step is done: earlier wrong codes count no longer."""
    throttle.clear(throttle.CODE, str(user.pk))
    if method == "otp":
        record(CODE_ACCEPTED, user, actor=actor_of(user), kind="code of the app")
    elif method == "recovery":
        record(CODE_ACCEPTED, user, actor=actor_of(user), kind="recovery code")
        notify(user, "recovery_code_used", left=user.recovery_codes.filter(used_at=None).count())


def refuse_code(named: User | None, guess: str, code: str) -> None:
    """The second step after a wrong name or password: refused as a wrong code is, after the same work.

    The codes are counted for this guess of a password: a stranger does not slow down who knows the right one.
    Raises SignInRefused and SlowDown.
    """
    attempt = _look_at_nothing(guess, code)
    _code_refused(named, attempt, "after a wrong name or password")
    raise SignInRefused


def _look_at_nothing(guess: str, code: str) -> int:
    """What `check_code` does for an account with an app, for nobody; returns the failures so far."""
    attempt = throttle.take(throttle.CODE, f"guess:{guess}")
    nobody: Any = User(pk=uuid.UUID(int=0))
    list(TOTPDevice.objects.filter(user=nobody, confirmed=True))
    totp.matching_step(_NO_SEED, code.strip(), 0)
    use_recovery_code(nobody, code)
    return attempt


def forget_failures(user: User, *, network: str) -> None:
    """Both steps are done: earlier mistakes with the name and the password count no longer."""
    name = user.username.lower()
    throttle.clear(throttle.PASSWORD_HERE, f"{name}\n{network}")
    throttle.clear(throttle.PASSWORD_ANYWHERE, name)
    throttle.clear(throttle.PASSWORD_ANYWHERE, f"{name}\n{network}")
