"""What happens at the doors is in the ledger: exactly one row each, with where it came from."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, RefreshToken, Session, User
from accounts.services import invite, issue_api_key, revoke_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.audit.personal import payloads
from compliance.audit.personal.models import Payload
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in

pytestmark = pytest.mark.django_db
WHERE = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Firefox/140.0 (Linux)"}
ACTOR = Actor.system("tests")


@pytest.fixture
def here() -> Client:
    """A browser at a known place."""
    return Client(**WHERE)  # type: ignore[arg-type]


def only_row(name: str, **more: Any) -> tuple[AuditEvent, dict[str, Any]]:
    """The one row of the event, and where it came from; it is of this place."""
    (row,) = AuditEvent.objects.filter(name=name, **more)
    origin = payloads.open_payload(bytes(row.origin or b""))
    assert origin is not None
    assert origin["address"] == "203.0.113.77"
    assert origin["user_agent"] == "Firefox/140.0 (Linux)"
    assert row.source == "203.0.113.0/24"
    return row, origin


def password_step(client: Client, username: str = "scientist", password: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password})


def session_of(client: Client) -> str:
    """The reference of the browser's session: the id of its row, which opens nothing."""
    row = client.session.current_row  # type: ignore[attr-defined]
    assert row is not None
    return str(row.pk)


def token_of(user: User, client: Client) -> dict[str, Any]:
    body = {"username": user.username, "password": PASSWORD, "otp": code_of(user)}
    return client.post("/api/v1/auth/token/", body, content_type="application/json").json()


def test_a_sign_in_with_both_factors(here: Client) -> None:
    """S2-62, S3-25, S4-90: the right code and the sign-in are a row each, in the session that they began."""
    user = make_user(password=PASSWORD)
    password_step(here)
    pending = session_of(here)
    here.post("/sign-in/code/", {"code": code_of(user)})
    code, origin = only_row("accounts.code.accepted")
    assert (code.actor_ref, origin["session"]) == (str(user.pk), pending)
    signed_in, origin = only_row("accounts.sign_in.succeeded")
    assert (signed_in.actor_ref, origin["session"]) == (str(user.pk), session_of(here))
    assert Session.objects.filter(pk=origin["session"], user=user).exists()
    here.post("/sign-out/")
    _, origin = only_row("accounts.session.ended")
    assert origin["session"]


def test_a_wrong_password_and_a_wrong_code(here: Client) -> None:
    """S2-62: the account is the object; a stranger did it. Before the password there is no session."""
    user = make_user(password=PASSWORD)
    password_step(here, password="wrong horse battery staple")
    row, origin = only_row("accounts.sign_in.refused", outcome="denied")
    assert (row.actor_kind, row.target_id, origin["session"]) == ("anonymous", str(user.pk), "")
    password_step(here)
    here.post("/sign-in/code/", {"code": "000000" if code_of(user) != "000000" else "111111"})
    row, origin = only_row("accounts.code.refused", outcome="denied")
    assert (row.actor_kind, row.target_id, origin["session"]) == ("anonymous", str(user.pk), session_of(here))


def test_a_wait_after_too_many_failures_is_one_row(here: Client) -> None:
    """S2-62: what begins the wait is told once; attempts during it are counted and do not fill the ledger."""
    user = make_user(password=PASSWORD)
    for _ in range(8):
        password_step(here, password="wrong")
    row, _ = only_row("accounts.sign_in.slowed_down", outcome="denied")
    assert (row.target_id, row.details["attempt"], row.details["wait_s"]) == (str(user.pk), 5, 30)
    assert AuditEvent.objects.filter(name="accounts.sign_in.refused").count() == 5


def test_a_name_that_nobody_has_leaves_the_same_rows(here: Client) -> None:
    password_step(here, username="nobody", password="wrong")
    row, _ = only_row("accounts.sign_in.refused")
    assert (row.target_id, row.target_label) == ("", "")
    assert "nobody" not in str(row.details)


def test_setting_a_new_password(here: Client) -> None:
    """S2-62: done, and refused."""
    user = make_user(password=PASSWORD)
    sign_in(here, user)
    new = {"password": "another horse battery staple", "repeated": "another horse battery staple"}
    here.post("/account/security/password/", {"current": "wrong", **new})
    row, origin = only_row("accounts.password.refused", outcome="denied")
    assert (row.actor_ref, origin["session"]) == (str(user.pk), session_of(here))
    here.post("/account/security/password/", {"current": PASSWORD, **new})
    row, origin = only_row("accounts.password.changed")
    assert row.actor_ref == str(user.pk)
    assert origin["session"]


def test_an_api_key_is_told_once_a_day_and_each_time_it_is_refused(here: Client) -> None:
    """S2-62, S4-81: what a key does is done through it."""
    user = make_user()
    key, text = issue_api_key(user, name="ci", scopes=["all"], days=3, actor=ACTOR)
    bearer = {"headers": {"Authorization": f"Bearer {text}"}}
    for _ in range(3):
        assert here.get("/api/v1/models/", **bearer).status_code == 200  # type: ignore[arg-type]
    row, origin = only_row("accounts.api_key.used")
    assert (row.actor_ref, row.via, row.target_id) == (str(user.pk), f"api_key:{key.pk}", str(key.pk))
    assert origin["session"] == ""
    ApiKey.objects.update(last_used_at=timezone.now() - dt.timedelta(days=1))
    here.get("/api/v1/models/", **bearer)  # type: ignore[arg-type]
    assert AuditEvent.objects.filter(name="accounts.api_key.used").count() == 2

    revoke_api_key(key, actor=ACTOR)
    assert here.get("/api/v1/models/", **bearer).status_code == 401  # type: ignore[arg-type]
    row, _ = only_row("audit.request.refused")
    assert (row.details["code"], row.via) == ("auth.key_revoked", f"api_key:{key.pk}")


def test_an_access_token_is_told_once_a_day_and_each_time_it_is_refused(here: Client) -> None:
    """S2-62: the session of an API sign-in is its family of tokens."""
    user = make_user(password=PASSWORD)
    pair = token_of(user, here)
    family = str(RefreshToken.objects.get().family)
    issued, origin = only_row("accounts.token.issued")
    assert (issued.actor_ref, origin["session"]) == (str(user.pk), family)
    for _ in range(3):
        assert here.get("/api/v1/models/", headers={"Authorization": f"Bearer {pair['access']}"}).status_code == 200
    used, origin = only_row("accounts.token.used")
    assert (used.actor_ref, origin["session"]) == (str(user.pk), family)
    renewed = here.post("/api/v1/auth/token/refresh/", {"refresh": pair["refresh"]}, content_type="application/json")
    assert (
        here.get("/api/v1/models/", headers={"Authorization": f"Bearer {renewed.json()['access']}"}).status_code == 200
    )
    assert AuditEvent.objects.filter(name="accounts.token.used").count() == 1
    assert here.get("/api/v1/models/", headers={"Authorization": "Bearer nonsense"}).status_code == 401
    row, _ = only_row("audit.request.refused")
    assert row.details["code"] == "auth.token_malformed"


def test_an_invitation_keeps_whom_it_was_for_sealed_and_erasable() -> None:
    """S4-85: name and address stand beside the row, under the key of the person invited."""
    invite("newcomer", "Viewer", email="newcomer@example.org", actor=ACTOR)
    row = AuditEvent.objects.get(name="accounts.user.invited")
    assert payloads.open_payload(bytes(row.personal or b"")) == {"name": "newcomer", "email": "newcomer@example.org"}
    assert Payload.objects.get(pk=bytes(row.personal or b"")).key.subject_ref == row.target_id
