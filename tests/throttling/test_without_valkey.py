"""Signing in while Valkey is away: PostgreSQL counts, and where it cannot nobody gets in."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from modelops.throttling import charging, paces
from modelops.throttling.limits import Limit
from modelops.throttling.models import Pace
from modelops.throttling.store import Standing
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in

pytestmark = pytest.mark.django_db
SLOW = Limit(10, 3)  # one in six seconds: no machine is slow enough to earn one meanwhile


def ask(limit: Limit = SLOW, caller: str = "somebody") -> Standing:
    return paces.take("tests", caller, limit)


def moved_back(seconds: float) -> None:
    """As if so many seconds had passed since the last request."""
    row = Pace.objects.get()
    row.owed_until -= dt.timedelta(seconds=seconds)
    row.opened_at -= dt.timedelta(seconds=seconds)
    row.save()


def test_one_network_that_tries_many_names_meets_a_wall(
    client: Client, without_valkey: None, limit: Callable[..., None]
) -> None:
    """S3-20, S4-45: each name is another one, so no count of an account holds the guesses back; the network's does."""
    limit("MODELOPS_THROTTLE_SIGN_IN", 10, 4)
    body = {"password": "wrong", "otp": "000000"}
    answers = [
        client.post(
            "/api/v1/auth/token/",
            body | {"username": f"name_{number}"},
            content_type="application/json",
            REMOTE_ADDR=f"198.51.100.{number}",
        )
        for number in range(6)
    ]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 2
    assert answers[4].json()["code"] == "request.slow_down"
    assert 1 <= int(answers[4].headers["retry-after"]) <= 60
    page = client.post("/sign-in/", {"username": "name_9", "password": "wrong"}, REMOTE_ADDR="198.51.100.200")
    assert page.status_code == 429
    elsewhere = client.post("/sign-in/", {"username": "name_9", "password": "wrong"}, REMOTE_ADDR="203.0.113.7")
    assert elsewhere.status_code == 302


def test_a_person_behind_another_network_signs_in_and_ends_sessions(
    client: Client, without_valkey: None, limit: Callable[..., None]
) -> None:
    """S3-20: what a person does with their account is counted by account, not by the network that others use up."""
    limit("MODELOPS_THROTTLE_SIGN_IN", 10, 3)
    user = make_user(password=PASSWORD)
    body = {"username": user.username, "password": PASSWORD, "otp": code_of(user)}
    assert client.post("/api/v1/auth/token/", body, content_type="application/json").status_code == 200
    sign_in(client, make_user("officer", "Compliance officer"))
    stranger = Client()
    for number in range(3):
        stranger.post("/sign-in/", {"username": f"name_{number}", "password": "wrong"})
    assert client.post("/account/security/sessions/revoke-others/").status_code == 302
    assert stranger.post("/sign-in/", {"username": "x", "password": "wrong"}).status_code == 429


def test_where_nobody_can_count_nobody_signs_in(client: Client, without_valkey: None) -> None:
    """S4-45: neither store answers, so the sign-in is closed, with a stable code; pages are still read."""
    user = make_user(password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE throttling_pace RENAME TO throttling_away")
    body = {"username": user.username, "password": PASSWORD, "otp": code_of(user)}
    refused = client.post("/api/v1/auth/token/", body, content_type="application/json")
    assert refused.status_code == 503
    assert refused.json()["code"] == "throttle.unavailable"
    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 503
    assert client.get("/sign-in/").status_code == 200


def test_it_counts_as_valkey_does() -> None:
    """S2-37, S4-46: the burst, what is left, the stated wait, and a quota of the minute; refusals prolong nothing."""
    seen = [ask() for _ in range(4)]
    assert [one.allowed for one in seen] == [True, True, True, False]
    assert [one.left_at_once for one in seen[:3]] == [2, 1, 0]
    assert [one.left for one in seen[:3]] == [9, 8, 7]
    for _ in range(20):
        ask()
    wait = ask().wait_s
    assert 0 < wait <= 6
    moved_back(wait)
    assert ask().allowed
    assert not ask().allowed
    whole = Limit(10, 10)
    assert [ask(whole, "another").allowed for _ in range(11)] == [True] * 10 + [False]
    assert 50 < ask(whole, "another").wait_s <= 60


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    ask()
    Pace.objects.update(owed_until=timezone.now() + dt.timedelta(days=9), opened_at=timezone.now() + dt.timedelta(9))
    assert ask().allowed
    assert Pace.objects.get().owed_until < timezone.now() + dt.timedelta(minutes=1)


def test_rows_tell_nothing_and_go() -> None:
    ask(caller=charging.prefix_of("203.0.113.7"))
    assert b"203.0" not in bytes(Pace.objects.get().digest)
    assert paces.forget_idle() == 0
    moved_back(3600)
    assert paces.forget_idle() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'throttling_pace'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_share_one_count() -> None:
    def one(_: int) -> bool:
        try:
            return ask(Limit(10, 5)).allowed
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(20))).count(True) == 5
