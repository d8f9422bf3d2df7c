"""Accounts for tests: the least that is valid, signed in without the cost of a password hash."""

from typing import Any

from django.test import Client
from django.utils import timezone

from accounts import api_key_format, totp
from accounts.access import emergency
from accounts.models import ApiKey, TOTPDevice, User
from accounts.roles import ROLES
from accounts.services.people import make_account
from accounts.services.step_up import CONFIRMED_KEY

PASSWORD = "correct horse battery staple"


def make_user(username: str = "scientist", role: str = "Data scientist", *, password: str | None = None) -> User:
    """An account with a role and a confirmed authenticator; it has a password only where a test needs one."""
    user = make_account(username, ROLES[role])
    if password is not None:
        user.set_password(password)
        user.save()
    if not user.is_service:
        enrol(user)
    return user


def enrol(user: User) -> TOTPDevice:
    """A confirmed authenticator of ``user``."""
    device = TOTPDevice(user=user, name="Authenticator app", confirmed=True)
    device.seal_seed(totp.new_seed())
    device.save()
    return device


def code_of(user: User, *, steps: int = 0) -> str:
    """The code that the user's app shows now, or some steps from now."""
    device = TOTPDevice.objects.get(user=user, confirmed=True)
    return totp.code_at(device.open_seed(), timezone.now().timestamp() + steps * totp.STEP_S)


def sign_in(client: Client, user: User) -> Client:
    """Sign ``client`` in with both factors, as the portal's sign-in leaves it: the code was shown just now."""
    return confirm(sign_in_earlier(client, user))


def sign_in_earlier(client: Client, user: User) -> Client:
    """The same, but the code was shown longer ago than sensitive acts allow."""
    client.force_login(user)
    session = client.session
    session["otp_device_id"] = TOTPDevice.objects.get(user=user, confirmed=True).persistent_id
    with_reason(user, session)
    session.save()
    return client


def with_reason(user: User, session: Any = None) -> None:
    """A superuser (by the row, whatever ``user`` says) has given a reason; for programs without a session too."""
    if User.objects.filter(pk=user.pk, is_superuser=True).exists():
        emergency.begin(user, {} if session is None else session, "A test that is about something else.")


def confirm(client: Client) -> Client:
    """The person at this browser has just shown a second factor once more."""
    session = client.session
    session[CONFIRMED_KEY] = timezone.now().timestamp()
    session.save()
    return client


def in_use(text: str) -> str:
    """The same API key, which was used a moment ago: the next use is no first one, and leaves no row."""
    parts = api_key_format.parse(text)
    assert parts is not None
    assert ApiKey.objects.filter(public_id=parts.public_id).update(last_used_at=timezone.now()) == 1
    return text


def fresh(text: str) -> str:
    """The same API key; its person has just confirmed in the portal what it asked for."""
    parts = api_key_format.parse(text)
    assert parts is not None
    assert ApiKey.objects.filter(public_id=parts.public_id).update(confirmed_at=timezone.now()) == 1
    return text
