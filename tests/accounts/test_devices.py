"""Devices: a new one is told by mail and listed, and its cookie is no way in."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.devices import cookie
from accounts.devices.recognising import MOST
from accounts.lifecycle import Devices
from accounts.models import Device, Notice, Session, User
from accounts.notices import send_due
from compliance.audit import Actor
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, code_of, make_user

pytestmark = pytest.mark.django_db
PAGE = "/account/security/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
ACTOR = Actor.system("test")


@pytest.fixture
def user() -> User:
    """Somebody with a password and a confirmed address."""
    made = make_user(password=PASSWORD)
    made.email = "scientist@example.org"
    made.email_confirmed_at = timezone.now()
    made.save()
    return made


@pytest.fixture
def enter(user: User, clock: Clock) -> Any:
    """Signs a browser in through the pages, each time with a fresh code."""

    def sign_in(client: Client | None = None, *, agent: str = FIREFOX, address: str = "198.51.100.7") -> Client:
        client = client or Client()
        more = {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
        client.post("/sign-in/", {"username": user.username, "password": PASSWORD}, **more)
        answer = client.post("/sign-in/code/", {"code": code_of(user)}, **more)
        assert answer.status_code == 302, answer.content
        clock.forward(seconds=30)
        return client

    return sign_in


def test_a_new_device_is_told_by_mail_and_listed(enter: Any, user: User, rows: Any) -> None:
    """S3-17"""
    client = enter()
    assert send_due() == 1
    (message,) = mail.outbox
    assert message.to == ["scientist@example.org"]
    assert "Firefox on Linux" in message.body
    assert "198.51.100.0/24" in message.body
    assert "198.51.100.7" not in message.body
    page = client.get(PAGE).content.decode()
    assert "Firefox on Linux" in page
    assert "198.51.100.0/24" in page
    assert "known since" in page
    assert rows("accounts.device.added", actor_ref=str(user.pk)) == 1


def test_a_known_device_is_not_told_again_also_on_a_journey(enter: Any, user: User) -> None:
    """S3-17: another network alone is no new device."""
    client = enter()
    client.post("/sign-out/")
    enter(client, address="203.0.113.9")
    device = Device.objects.get(user=user)
    assert Notice.objects.filter(kind="new_device").count() == 1
    assert device.ip_prefix == "203.0.113.0/24"
    assert device.last_seen_at > device.first_seen_at
    assert Session.objects.get(user=user).device == device


def test_a_cookie_that_came_to_another_browser_is_a_new_device(enter: Any, user: User) -> None:
    client = enter()
    thief = Client()
    thief.cookies["device"] = client.cookies["device"].value
    enter(thief, agent=PHONE)
    assert thief.cookies["device"].value != client.cookies["device"].value
    assert sorted(Device.objects.values_list("browser", flat=True)) == ["Firefox on Linux", "Safari on iPhone"]
    assert Notice.objects.filter(kind="new_device").count() == 2


def test_the_device_cookie_alone_lets_nobody_in(enter: Any, user: User) -> None:
    """S3-17: and with a wrong password it changes nothing about the answer."""
    known = enter()
    client = Client()
    client.cookies["device"] = known.cookies["device"].value
    assert client.get(PAGE).status_code == 302
    answers = [
        browser.post("/sign-in/", {"username": user.username, "password": "wrong"}) for browser in (client, Client())
    ]
    assert answers[0].status_code == answers[1].status_code
    assert client.get(PAGE).status_code == 302


def test_a_planted_cookie_is_not_taken_over(enter: Any) -> None:
    client = Client()
    client.cookies["device"] = planted = cookie.new_value()
    enter(client)
    assert client.cookies["device"].value != planted
    assert not Device.objects.filter(cookie_digest__in=cookie.digests(planted)).exists()


@pytest.mark.parametrize("value", ["", "short", "x" * 44, "ä" * 43, "a" * 42 + "\n"])
def test_what_is_no_cookie_of_ours_is_not_looked_up(rf: Any, value: str) -> None:
    request = rf.get("/")
    request.COOKIES["device"] = value
    assert cookie.value_of(request) == ""


def test_two_accounts_in_one_browser_know_it_both(enter: Any, user: User, clock: Clock) -> None:
    client = enter()
    value = client.cookies["device"].value
    other = make_user("other", password=PASSWORD)
    client.post("/sign-out/")
    more = {"HTTP_USER_AGENT": FIREFOX}
    client.post("/sign-in/", {"username": "other", "password": PASSWORD}, **more)
    client.post("/sign-in/code/", {"code": code_of(other)}, **more)
    assert client.cookies["device"].value == value
    assert Device.objects.count() == 2
    client.post("/sign-out/")
    enter(client)
    assert Device.objects.count() == 2


def test_the_table_holds_no_cookie_and_the_cookie_is_hard_to_take(enter: Any) -> None:
    client = enter()
    morsel = client.cookies["device"]
    row = Device.objects.get()
    assert morsel.value.encode() not in str(vars(row)).encode() + bytes(row.cookie_digest)
    assert (len(morsel.value), morsel["httponly"], morsel["samesite"]) == (43, True, "Strict")
    assert (morsel["path"], morsel["domain"], morsel["max-age"]) == ("/", "", 400 * 24 * 3600)


def test_a_device_that_was_ended_is_new_again(enter: Any, user: User) -> None:
    """S3-19: whoever ends a session they do not know is told when it comes back."""
    stranger, client = enter(agent=PHONE), enter()
    row = Session.objects.get(user=user, browser="Safari on iPhone")
    client.post(f"{PAGE}sessions/{row.pk}/revoke/")
    assert stranger.get(PAGE).status_code == 302
    assert Notice.objects.filter(kind="new_device").count() == 2
    enter(stranger, agent=PHONE)
    assert Notice.objects.filter(kind="new_device").count() == 3
    client.post(f"{PAGE}sessions/revoke-others/")
    assert list(Device.objects.values_list("browser", flat=True)) == ["Firefox on Linux"]


def test_devices_are_forgotten(enter: Any, user: User, clock: Clock) -> None:
    """After 180 days, and the oldest when there are many: private windows are new each time."""
    for number in range(MOST + 2):
        Device.objects.create(user=user, cookie_digest=bytes([number]) * 32, browser="Firefox on Linux")
    enter()
    assert Device.objects.count() == MOST
    assert Devices().remove(actor=ACTOR) == 0
    clock.forward(days=181)
    assert Devices().due() == MOST
    assert Devices().remove(actor=ACTOR) == MOST


def test_with_tls_no_other_host_can_set_any_of_our_cookies(user: User, settings: Any) -> None:
    """S3-17: `__Host-`: secure, for this host alone, for all of it."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    client = Client()
    client.get("/sign-in/", secure=True)
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD}, secure=True)
    client.post("/sign-in/code/", {"code": code_of(user)}, secure=True)
    client.get(PAGE, secure=True)
    assert set(client.cookies) == {"__Host-session", "__Host-csrf", "__Host-device"}
    for morsel in client.cookies.values():
        assert morsel["secure"], morsel.key
        assert morsel["httponly"], morsel.key
        assert (morsel["path"], morsel["domain"]) == ("/", ""), morsel.key
