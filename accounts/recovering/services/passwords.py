"""A forgotten password: a link by mail sets a new one, and signs nobody in.

Whoever holds the mailbox holds one factor at most. An account with a second factor asks for it here as well, and at the
next sign-in again: a stolen mailbox changes nothing.
"""

from django.db import transaction

from accounts import throttle
from accounts.actors import actor_of
from accounts.errors import SignInRefused
from accounts.models import User
from accounts.naming import account_named
from accounts.notices import notify
from accounts.passwords import validated
from accounts.recovering.audit_events import PASSWORD_RESET, RESET_ASKED, RESET_REFUSED
from accounts.recovering.models import MailedLink
from accounts.services.factors import verify_code
from accounts.services.sessions import revoke_everything
from accounts.services.sign_in import accept_factor, tell_of_wait
from compliance.audit import Actor, record
from modelops.lib.errors import TooManyRequests

from . import links

# What one network may ask for, whomever it names; and how many mails one account gets, whoever asks.
ASKING = throttle.Budget("reset.network", free=10, wait_s=300, label="links for a new password from one network")
MAILS = throttle.Budget("reset.account", free=4, wait_s=900, label="links for a new password")


def ask(name: str, *, network: str) -> None:
    """Mail a link to the confirmed address of whoever ``name`` names; the same answer and work when it names nobody.

    Raises SlowDown for a network that asks too often. An account that gets too many mails gets no more for a while,
    which nobody is told.
    """
    throttle.take(ASKING, network)
    name = name.replace("\x00", "").strip()[:254]
    named = account_named(name)
    try:
        throttle.take(MAILS, named.username.lower() if named else name.lower())
    except TooManyRequests:
        return
    able = named if named and named.confirmed_email and named.is_active and named.has_usable_password() else None
    with transaction.atomic():
        links.ask_for(MailedLink.Purpose.PASSWORD, able, able.confirmed_email if able else "")
        record(RESET_ASKED, named, actor=Actor.anonymous())


def set_new(token: str, password: str, code: str) -> User:
    """Set a new password with a mailed link and, where there is a second factor, a code of it.

    Every session and API sign-in ends. Raises NotFound for the link, SignInRefused and SlowDown for the code, and
    Invalid for a password that may not be used.
    """
    _, user = links.find_open(MailedLink.Purpose.PASSWORD, token)
    normal = validated(password, user)
    if user.has_second_factor:
        _check_code(user, code)
    with transaction.atomic():
        link, _ = links.find_open(MailedLink.Purpose.PASSWORD, token, lock=True)
        links.use(link)
        user.set_password(normal)
        user.save(update_fields=["password"])
        revoke_everything(user)
        record(PASSWORD_RESET, user, actor=actor_of(user))
        notify(user, "password_reset")
    return user


def _check_code(user: User, code: str) -> None:
    attempt = throttle.take(throttle.CODE, str(user.pk))
    verified = verify_code(user, code)
    if verified is not None:
        with transaction.atomic():
            accept_factor(user, verified[1])
        return
    stranger = Actor.anonymous()
    with transaction.atomic():
        record(RESET_REFUSED, user, actor=stranger, outcome="denied", reason="code", attempt=attempt)
        tell_of_wait(user, throttle.CODE, attempt, actor=stranger)
    raise SignInRefused
