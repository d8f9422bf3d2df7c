"""The two steps of signing in: a password, then a code."""

from django.contrib.auth import authenticate
from django.db import transaction

from accounts import throttle
from accounts.audit_events import SIGN_IN_REFUSED
from accounts.errors import SignInRefused, SlowDown
from accounts.models import TOTPDevice, User
from accounts.passwords import LONGEST, normalise
from compliance.audit import Actor, record

from .factors import Method, verify_code


@transaction.atomic
def _refused(user: User | None, reason: str, attempt: int) -> None:
    record(SIGN_IN_REFUSED, user, actor=Actor.anonymous(), outcome="denied", reason=reason, attempt=attempt)


def check_password(username: str, password: str, *, network: str) -> User:
    """The first step: the account of ``username`` when the password is right.

    ``network`` is where the request comes from. Raises SignInRefused, after the same work for an unknown name as for a
    wrong password, and SlowDown. The attempt counts as failed until `forget_failures`.
    """
    username = username.replace("\x00", "")[:150]
    known = User.objects.filter(username=username).first()
    try:
        attempt = throttle.take(throttle.PASSWORD_HERE, f"{username}\n{network}")
        throttle.take(throttle.PASSWORD_ANYWHERE, username)
    except SlowDown:
        _refused(known, "too many attempts", 0)
        raise
    user = None
    if len(password) <= LONGEST * 4:
        user = authenticate(username=username, password=normalise(password))
    if not isinstance(user, User) or user.is_service:
        _refused(known, "name or password", attempt)
        raise SignInRefused
    return user


def check_code(user: User, code: str) -> tuple[TOTPDevice, Method]:
    """The second step: a code of the app or a recovery code. Raises SignInRefused and SlowDown."""
    try:
        attempt = throttle.take(throttle.CODE, str(user.pk))
    except SlowDown:
        _refused(user, "too many codes", 0)
        raise
    verified = verify_code(user, code)
    if verified is None:
        _refused(user, "code", attempt)
        raise SignInRefused
    throttle.clear(throttle.CODE, str(user.pk))
    return verified


def forget_failures(user: User, *, network: str) -> None:
    """Earlier mistakes with the name and the password count no longer."""
    throttle.clear(throttle.PASSWORD_HERE, f"{user.username}\n{network}")
    throttle.clear(throttle.PASSWORD_ANYWHERE, user.username)
