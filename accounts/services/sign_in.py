"""The two steps of signing in: a password, then a code."""

from django.contrib.auth import authenticate
from django.db import transaction

from accounts import throttle
from accounts.actors import actor_of
from accounts.audit_events import CODE_ACCEPTED, CODE_REFUSED, SIGN_IN_REFUSED, SLOWED_DOWN
from accounts.errors import SignInRefused
from accounts.models import TOTPDevice, User
from accounts.passwords import LONGEST, normalise
from compliance.audit import Actor, record

from .factors import Method, verify_code


@transaction.atomic
def _password_refused(user: User | None, budget: throttle.Budget, attempt: int) -> None:
    stranger = Actor.anonymous()
    record(SIGN_IN_REFUSED, user, actor=stranger, outcome="denied", reason="name or password", attempt=attempt)
    tell_of_wait(user, budget, attempt, actor=stranger)


@transaction.atomic
def _code_refused(user: User, attempt: int) -> None:
    stranger = Actor.anonymous()
    record(CODE_REFUSED, user, actor=stranger, outcome="denied", attempt=attempt)
    tell_of_wait(user, throttle.CODE, attempt, actor=stranger)


def tell_of_wait(user: User | None, budget: throttle.Budget, attempt: int, *, actor: Actor) -> None:
    """Record that a failure began a wait, in the transaction of the row about the failure."""
    if wait_s := budget.wait_after(attempt):
        record(SLOWED_DOWN, user, actor=actor, outcome="denied", reason=budget.label, attempt=attempt, wait_s=wait_s)


def check_password(username: str, password: str, *, network: str) -> User:
    """The first step: the account of ``username`` when the password is right.

    ``network`` is where the request comes from. Raises SignInRefused, after the same work for an unknown name as for a
    wrong password, and SlowDown. The attempt counts as failed until `forget_failures`.
    """
    username = username.replace("\x00", "")[:150]
    known = User.objects.filter(username=username).first()
    attempt = throttle.take(throttle.PASSWORD_HERE, f"{username}\n{network}")
    anywhere = throttle.take(throttle.PASSWORD_ANYWHERE, username)
    user = None
    if len(password) <= LONGEST * 4:
        user = authenticate(username=username, password=normalise(password))
    if not isinstance(user, User) or user.is_service:
        by_here = throttle.PASSWORD_HERE.wait_after(attempt) >= throttle.PASSWORD_ANYWHERE.wait_after(anywhere)
        budget, count = (throttle.PASSWORD_HERE, attempt) if by_here else (throttle.PASSWORD_ANYWHERE, anywhere)
        _password_refused(known, budget, count)
        raise SignInRefused
    return user


def check_code(user: User, code: str) -> tuple[TOTPDevice, Method]:
    """The second step: a code of the app or a recovery code. Raises SignInRefused and SlowDown."""
    attempt = throttle.take(throttle.CODE, str(user.pk))
    verified = verify_code(user, code)
    if verified is None:
        _code_refused(user, attempt)
        raise SignInRefused
    throttle.clear(throttle.CODE, str(user.pk))
    with transaction.atomic():
        kind = "code of the app" if verified[1] == "otp" else "recovery code"
        record(CODE_ACCEPTED, user, actor=actor_of(user), kind=kind)
    return verified


def forget_failures(user: User, *, network: str) -> None:
    """Earlier mistakes with the name and the password count no longer."""
    throttle.clear(throttle.PASSWORD_HERE, f"{user.username}\n{network}")
    throttle.clear(throttle.PASSWORD_ANYWHERE, user.username)
