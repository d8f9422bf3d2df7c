"""The two steps of signing in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Session
from accounts.services import deactivate
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in

pytestmark = pytest.mark.django_db


def password_step(client: Client, password: str = PASSWORD, username: str = "scientist", **more: str) -> Any:
    """Post the first form."""
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def code_step(client: Client, code: str, query: str = "") -> Any:
    """Post the second form."""
    return client.post(f"/sign-in/code/{query}", {"code": code})


def test_password_then_code_signs_in(client: Client, rows: Callable[..., int]) -> None:
    """S3-11, S3-18: two steps, a new session id after each, one ledger row."""
    user = make_user(password=PASSWORD)
    answer = password_step(client, next="/account/security/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/code/")
    pending_cookie = client.cookies["session"].value
    answer = code_step(client, code_of(user))
    assert (answer.status_code, answer["Location"]) == (302, "/account/security/")
    assert client.cookies["session"].value != pending_cookie
    assert client.get("/account/security/").status_code == 200
    assert rows("accounts.sign_in.succeeded", target_id=str(user.pk)) == 1
    assert Session.objects.get(user=user).amr == ["pwd", "otp"]


def test_a_session_id_from_before_signs_nobody_in(client: Client) -> None:
    """S3-18: whoever planted or saw an earlier cookie gains nothing."""
    user = make_user(password=PASSWORD)
    password_step(client)
    thief = Client()
    thief.cookies["session"] = client.cookies["session"].value
    code_step(client, code_of(user))
    assert thief.get("/account/security/").status_code == 302
    assert client.get("/account/security/").status_code == 200


def test_wrong_names_and_passwords_sign_nobody_in(client: Client) -> None:
    """S4-36: whatever the first step was given, it leads to the second, and nobody comes out of it."""
    user = make_user(password=PASSWORD)
    service, gone = (
        make_user("pipeline", "Pipeline", password=PASSWORD),
        make_user("engineer", "ML engineer", password=PASSWORD),
    )
    deactivate(gone, actor=Actor.system("test"))
    for name, password in (
        (user.username, "wrong horse battery staple"),
        ("nobody", PASSWORD),
        (service.username, PASSWORD),
        (gone.username, PASSWORD),
        ("scientist\x00", PASSWORD),
        (user.username, "x" * 1024),
    ):
        answer = password_step(client, password, name)
        assert answer.status_code in {302, 422}
        if answer.status_code == 302:
            assert code_step(client, code_of(gone if name == "engineer" else user)).status_code == 401
        assert PASSWORD not in answer.content.decode()
        assert client.get("/account/security/").status_code == 302
    assert Session.objects.exclude(user=None).count() == 0
    assert password_step(Client(), username="scientist").status_code == 302


def test_a_refusal_leaves_one_row_without_the_name(client: Client) -> None:
    """S2-62."""
    user = make_user(password=PASSWORD)
    password_step(client, password="wrong horse battery staple")
    (row,) = AuditEvent.objects.filter(outcome="denied")
    assert (row.name, row.target_id, row.actor_kind) == ("accounts.sign_in.refused", str(user.pk), "anonymous")
    row.details.pop("diff", None)  # of the account, which this test made in the same transaction
    assert row.details == {"reason": "name or password", "attempt": 1}


@pytest.mark.parametrize("path", ["/account/security/", "/", "/admin/", "/account/enrol/", "/api/v1/models/"])
def test_a_half_signed_in_browser_reaches_only_the_code_page(client: Client, path: str) -> None:
    user = make_user(password=PASSWORD)
    user.is_staff = True
    user.save()
    password_step(client)
    assert client.get("/sign-in/code/").status_code == 200
    answer = client.get(path)
    assert (
        answer.status_code == 401
        if path.startswith("/api/")
        else answer["Location"].startswith(("/sign-in/", "/admin/login/"))
    )


def test_the_code_page_needs_the_password_and_waits_ten_minutes(client: Client, clock: Clock) -> None:
    user = make_user(password=PASSWORD)
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"
    password_step(client)
    clock.forward(minutes=11)
    assert code_step(client, code_of(user))["Location"] == "/sign-in/"
    password_step(client)
    clock.forward(minutes=9)
    assert code_step(client, code_of(user))["Location"] == "/"


def test_a_wrong_code_twice_is_refused_and_the_right_one_still_works(client: Client, rows: Callable[..., int]) -> None:
    user = make_user(password=PASSWORD)
    password_step(client)
    for _ in range(2):
        answer = code_step(client, "000000" if code_of(user) != "000000" else "111111")
        assert answer.status_code == 401
        assert "is not right" in answer.content.decode()
    assert rows("accounts.code.refused") == 2
    assert code_step(client, code_of(user)).status_code == 302


def test_a_code_works_once(client: Client) -> None:
    """S3-11: the same code in another browser within its window is refused."""
    user = make_user(password=PASSWORD)
    code = code_of(user)
    password_step(client)
    assert code_step(client, code).status_code == 302
    other = Client()
    password_step(other)
    assert code_step(other, code).status_code == 401
    assert code_step(other, code_of(user, steps=-1)).status_code == 401
    assert code_step(other, code_of(user, steps=1)).status_code == 302


def test_five_wrong_codes_cost_five_minutes(client: Client, clock: Clock) -> None:
    """S3-14: the right code is refused during the wait, and trying does not prolong it."""
    user = make_user(password=PASSWORD)
    password_step(client)
    for _ in range(5):
        assert code_step(client, "12345").status_code == 401
    for _ in range(3):
        answer = code_step(client, code_of(user))
        assert answer.status_code == 429
        assert 1 <= int(answer["Retry-After"]) <= 300
        clock.forward(seconds=90)
    clock.forward(seconds=60)
    assert code_step(client, code_of(user)).status_code == 302


def test_five_wrong_passwords_slow_down_one_network_only(client: Client, clock: Clock) -> None:
    make_user(password=PASSWORD)
    elsewhere = Client(REMOTE_ADDR="203.0.113.7")
    for _ in range(5):
        assert password_step(elsewhere, password="wrong").status_code == 302
    assert password_step(elsewhere).status_code == 429
    assert password_step(client).status_code == 302
    clock.forward(seconds=31)
    assert password_step(elsewhere).status_code == 302


@pytest.mark.parametrize("address", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client: Client, address: str) -> None:
    user = make_user(password=PASSWORD)
    password_step(client, next=address)
    assert code_step(client, code_of(user))["Location"] == "/"


def test_signing_out_ends_the_session(client: Client, rows: Callable[..., int]) -> None:
    sign_in(client, make_user())
    cookie = client.cookies["session"].value
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    thief = Client()
    thief.cookies["session"] = cookie
    assert thief.get("/account/security/").status_code == 302
    assert rows("accounts.session.ended") == 1


def test_the_form_needs_a_csrf_token() -> None:
    make_user(password=PASSWORD)
    client = Client(enforce_csrf_checks=True)
    assert password_step(client).status_code == 403
    page = client.get("/sign-in/")
    token = page.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert password_step(client, csrfmiddlewaretoken=token).status_code == 302


def test_sign_in_needs_no_cache(client: Client, settings: Any) -> None:
    """S3-20: with Valkey away both factors and the throttle still work."""
    user = make_user(password=PASSWORD)
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9/0"}
    }
    for _ in range(5):
        assert password_step(Client(REMOTE_ADDR="203.0.113.7"), password="wrong").status_code == 302
    assert password_step(Client(REMOTE_ADDR="203.0.113.7")).status_code == 429
    password_step(client)
    assert code_step(client, code_of(user)).status_code == 302
    assert client.get("/account/security/").status_code == 200


def test_a_sign_in_that_cannot_be_recorded_did_not_happen(client: Client, rows: Callable[..., int]) -> None:
    """S2-62: the code is not used up, the account is not signed in, and the same browser can begin again."""
    user = make_user(password=PASSWORD)
    client.raise_request_exception = False
    client.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
    code = code_of(user)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.no_row() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no room'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER no_row BEFORE INSERT ON audit_auditevent FOR EACH ROW "
            "WHEN (NEW.name = 'accounts.sign_in.succeeded') EXECUTE FUNCTION pg_temp.no_row()"
        )
    assert client.post("/sign-in/code/", {"code": code}).status_code >= 500
    assert client.get("/account/security/").status_code == 302
    assert rows("accounts.code.accepted") == 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER no_row ON audit_auditevent")
    client.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code}).status_code == 302
    assert client.get("/account/security/").status_code == 200
