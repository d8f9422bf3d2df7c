"""Sessions in PostgreSQL: limits, revocation, and what the table gives away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from accounts.services import change_password, change_role, deactivate, prune_sessions, revoke_session
from accounts.sessions.store import SessionStore
from accounts.tasks import sweep_sessions
from compliance.audit import Actor
from modelops.lib.browsers import browser_family
from modelops.lib.errors import Conflict, Invalid
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
PAGE = "/account/security/"


def signed_in(client: Client) -> bool:
    """Whether the browser is let in."""
    return client.get(PAGE).status_code == 200


def test_the_table_holds_neither_cookie_nor_content(client: Client) -> None:
    user = make_user()
    sign_in(client, user)
    cookie = client.cookies["session"].value
    row = Session.objects.get(user=user)
    raw = bytes(row.key_digest) + bytes(row.sealed_payload) + str(vars(row)).encode()
    assert cookie.encode() not in raw
    assert b"otp_device_id" not in raw
    assert len(cookie) == 43


def test_an_idle_session_ends_and_a_used_one_does_not(client: Client, clock: Clock) -> None:
    """S3-18: 30 minutes without a request."""
    sign_in(client, make_user())
    for _ in range(3):
        clock.forward(minutes=28)
        assert signed_in(client)
    clock.forward(minutes=31)
    assert not signed_in(client)


def test_staff_sessions_idle_for_15_minutes(client: Client, clock: Clock) -> None:
    sign_in(client, make_user("officer", "Compliance officer"))
    clock.forward(minutes=14)
    assert signed_in(client)
    clock.forward(minutes=16)
    assert not signed_in(client)


@pytest.mark.parametrize(("role", "hours"), [("Data scientist", 12), ("Security administrator", 8)])
def test_a_session_in_use_ends_after_its_longest_time(client: Client, clock: Clock, role: str, hours: int) -> None:
    """S3-18: the absolute limit."""
    sign_in(client, make_user(role=role))
    for _ in range(hours * 6 - 1):
        clock.forward(minutes=10)
        assert signed_in(client)
    clock.forward(minutes=11)
    assert not signed_in(client)


def test_a_revoked_session_is_out_with_its_next_request(client: Client, rows: Callable[..., int]) -> None:
    """S3-19."""
    user = make_user()
    other = sign_in(Client(), user)
    sign_in(client, user)
    row = Session.objects.get(pk=client.session.current_row.pk)
    assert revoke_session(row, actor=ACTOR)
    assert not revoke_session(row, actor=ACTOR)
    assert not signed_in(client)
    assert signed_in(other)
    assert rows("accounts.session.revoked") == 1


def test_a_request_under_way_does_not_revive_a_revoked_session(client: Client) -> None:
    sign_in(client, make_user())
    store = SessionStore(client.cookies["session"].value)
    store["seen"] = True
    revoke_session(Session.objects.get(pk=store.current_row.pk), actor=ACTOR)
    with pytest.raises(UpdateError):
        store.save()
    assert not signed_in(client)


def test_what_one_session_remembers_cannot_be_put_into_another(client: Client) -> None:
    """Whoever can write to the table cannot become somebody else."""
    victim = sign_in(Client(), make_user("officer", "Compliance officer"))
    sign_in(client, make_user())
    mine = Session.objects.get(user__username="scientist")
    mine.sealed_payload = Session.objects.get(user__username="officer").sealed_payload
    mine.save()
    assert not signed_in(client)
    assert signed_in(victim)


def test_a_session_without_second_factor_signs_nobody_in(client: Client) -> None:
    """S3-11: not through a forged or restored session either."""
    user = make_user()
    client.force_login(user)
    assert not signed_in(client)
    assert signed_in(sign_in(client, user))


def test_deactivation_stops_sessions_at_once(client: Client) -> None:
    user = make_user()
    sign_in(client, user)
    with pytest.raises(Conflict):
        deactivate(user, actor=Actor("user", str(user.pk)))
    assert signed_in(client)
    deactivate(user, actor=ACTOR)
    assert not signed_in(client)


def test_a_new_role_ends_old_sessions(client: Client, rows: Callable[..., int]) -> None:
    user = make_user()
    sign_in(client, user)
    change_role(user, "Viewer", actor=ACTOR)
    assert not signed_in(client)
    assert User.objects.get(pk=user.pk).role == "Viewer"
    assert rows("accounts.role.changed", details__before="Data scientist", details__after="Viewer") == 1


def test_a_new_password_ends_all_other_sessions(client: Client) -> None:
    user = make_user(password=PASSWORD)
    sign_in(client, user)
    other = sign_in(Client(), user)
    new = "another horse battery staple"
    form = {"current": "wrong", "password": new, "repeated": new}
    assert client.post("/account/security/password/", form).status_code == 422
    assert signed_in(other)
    assert client.post("/account/security/password/", {**form, "current": PASSWORD})["Location"] == PAGE
    assert signed_in(client)
    assert not signed_in(other)
    assert User.objects.get(pk=user.pk).check_password(new)


def test_guessing_the_current_password_is_slowed_down() -> None:
    user = make_user(password=PASSWORD)
    refusals: list[Any] = []
    for _ in range(6):
        with pytest.raises(Exception, match=r"not your current|too many") as refusal:
            change_password(user, "wrong", "another horse battery staple", keep=None, actor=ACTOR)
        refusals.append(refusal.value)
    assert isinstance(refusals[4], Invalid)
    assert refusals[5].code == "login.slow_down"


def test_sessions_that_are_over_are_swept(clock: Clock) -> None:
    sign_in(Client(), make_user())
    assert prune_sessions() == 0
    clock.forward(hours=13)
    assert sweep_sessions() >= 1
    assert Session.objects.count() == 0


def test_an_unknown_cookie_opens_no_session_under_its_own_id(client: Client) -> None:
    client.cookies["session"] = "a" * 43
    assert client.get("/sign-in/").status_code == 200
    client.post("/sign-in/", {"username": "nobody", "password": "nothing of the kind"})
    assert client.cookies["session"].value != "a" * 43
    assert SessionStore("a" * 43).current_row is None


def test_the_row_names_browser_and_network_only(client: Client) -> None:
    user = make_user(password=PASSWORD)
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    browser = Client(headers={"user-agent": agent}, REMOTE_ADDR="198.51.100.77")
    browser.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
    browser.post("/sign-in/code/", {"code": code_of(user)})
    row = Session.objects.get(user=user)
    assert (row.browser, row.ip_prefix) == ("Edge on Windows", "198.51.100.0/24")
    assert row.expires_at > timezone.now()
    assert browser_family("") == "Unknown browser"
