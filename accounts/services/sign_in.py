"""The two steps of signing in: a password, then a code.

Whether a name is known, a password right or a code right is told in one answer at the end, after the same work: whoever
gives a wrong name or password is asked for a code like anybody else, and it is refused like a wrong one. Right
passwords that were stolen elsewhere can so not be sorted out here.
"""

import uuid
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.db import transaction

from accounts import throttle, totp
from accounts.actors import actor_of
from accounts.audit_events import CODE_ACCEPTED, CODE_REFUSED, PASSWORD_ACCEPTED, SIGN_IN_REFUSED, SLOWED_DOWN
from accounts.errors import SignInRefused
from accounts.models import TOTPDevice, User
from accounts.naming import account_named
from accounts.notices import notify
from accounts.passwords import LONGEST, normalise
from compliance.audit import Actor, record
from modelops.crypto.keyed import keyed_digest
from modelops.crypto.purposes import Purpose

from .factors import Factor, Method, use_recovery_code, verify_code

_NO_SEED = bytes(totp.SEED_BYTES)
_Done = TypeVar("_Done")


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
    named = account_named(name, network=network)
    counted = named.username.lower() if named else name.lower()
    attempt, anywhere = throttle.take_all(*_places(counted, network, at_home=named is not None and named.is_at_home))
    guess = keyed_digest(Purpose.SESSION, b"accounts.guess", f"{counted}\n{password}".encode()).hex()
    if len(password) <= LONGEST * 4 and _is_password_of(named, normalise(password)):
        return FirstStep(named, named, guess)
    by_here = throttle.PASSWORD_HERE.wait_after(attempt) >= throttle.PASSWORD_ANYWHERE.wait_after(anywhere)
    budget, count = (throttle.PASSWORD_HERE, attempt) if by_here else (throttle.PASSWORD_ANYWHERE, anywhere)
    _password_refused(named, budget, count)
    return FirstStep(None, named, guess)


def _is_password_of(named: User | None, password: str) -> bool:
    """Whether it is the password of a person who may sign in; one hash is worked out for nobody, too.

    The account was read by the name already: Django's own backend would read it a second time.
    """
    if named is None:
        User().set_password(password)
        return False
    return named.check_password(password) and named.is_active and not named.is_service


def _places(counted: str, network: str, *, at_home: bool) -> tuple[throttle.Place, throttle.Place]:
    """Where failures are counted: those from here, and those from everywhere.

    The latter apart for a network that the account signed in from before: else strangers all over the world could keep
    somebody waiting for as long as they go on.
    """
    from_here = f"{counted}\n{network}"
    return (
        throttle.Place(throttle.PASSWORD_HERE, from_here),
        throttle.Place(throttle.PASSWORD_ANYWHERE, from_here if at_home else counted),
    )


def open_sign_in(name: str, password: str, *, network: str, go_on: Callable[[FirstStep], _Done]) -> _Done:
    """The first step in a browser, which leaves a row in either case. Raises SlowDown.

    ``go_on`` makes what the second step needs, in the transaction of the row.
    """
    step = first_step(name, password, network=network)
    with transaction.atomic():
        if step.user is not None:
            record(PASSWORD_ACCEPTED, step.user, actor=Actor.anonymous())
        return go_on(step)


def check_password(name: str, password: str, *, network: str) -> User:
    """The account of ``name`` when the password is right. Raises SignInRefused and SlowDown."""
    step = first_step(name, password, network=network)
    if step.user is None:
        raise SignInRefused
    return step.user


def check_both(name: str, password: str, code: str, *, network: str, then: Callable[[User, Method], _Done]) -> _Done:
    """Both steps at once, and ``then`` what they are for, as in `check_code`. Raises SignInRefused and SlowDown."""
    step = first_step(name, password, network=network)
    user = step.user
    if user is None:
        _look_at_nothing(step.guess, code)
        raise SignInRefused
    return check_code(user, code, network=network, then=lambda _, method: then(user, method))


def check_code(user: User, code: str, *, network: str, then: Callable[[Factor, Method], _Done]) -> _Done:
    """The second step: a code of the app or a recovery code, and ``then`` what it is for.

    All in one transaction: the code is used up and what it is for is there, or neither is. The row of the count is held
    meanwhile, so that of many guesses at once each is counted. Raises SignInRefused and SlowDown.
    """
    with transaction.atomic():
        (attempt,) = throttle.take_within(throttle.Place(throttle.CODE, str(user.pk)))
        verified = verify_code(user, code)
        if verified is not None:
            accept_factor(user, verified[1], network=network)
            return then(*verified)
        _code_refused(user, attempt, "not a code of this account")
    raise SignInRefused


@transaction.atomic(savepoint=False)
def accept_factor(user: User, method: Method, *, network: str | None = None) -> None:
    """The second step is done: earlier wrong codes count no longer, nor wrong names and passwords from ``network``."""
    forget_failures(user, throttle.Place(throttle.CODE, str(user.pk)), network=network)
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


def forget_failures(user: User, *more: throttle.Place, network: str | None) -> None:
    """Both steps are done: earlier mistakes with the name and the password count no longer, nor those of ``more``."""
    name = user.username.lower()
    if network is not None:
        here, at_home = _places(name, network, at_home=True)
        more = (here, at_home, throttle.Place(throttle.PASSWORD_ANYWHERE, name), *more)
    throttle.clear_all(*more)
