"""API keys: form, scopes, and every way in which one stops."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import api_key_format
from accounts.models import ApiKey, User
from accounts.services import deactivate, issue_api_key, revoke_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.crypto import lifecycle, services
from modelops.crypto.decisions import AT_SET_UP
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid
from tests.accounts.conftest import Clock
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def issue(user: User, *scopes: str, days: int = 30) -> tuple[ApiKey, str]:
    """A key of ``user``, by default for everything."""
    return issue_api_key(user, name="training", scopes=list(scopes) or ["all"], days=days, actor=ACTOR)


def call(key: str, method: str = "get", path: str = "/api/v1/models/", **more: Any) -> Any:
    """A request with the key."""
    send = getattr(Client(), method)
    return send(path, headers={"authorization": f"Bearer {key}"}, content_type="application/json", **more)


def refused(key: str) -> tuple[int, str]:
    """Status and code of the answer to a request with the key."""
    answer = call(key)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    return answer.status_code, answer.json()["code"]


def test_keys_are_well_formed_and_told_from_mistyped_ones() -> None:
    text, parts = api_key_format.generate()
    assert api_key_format.parse(text) == parts
    assert text.startswith("mop_")
    for place in range(4, len(text)):
        other = "A" if text[place] != "A" else "B"
        assert api_key_format.parse(text[:place] + other + text[place + 1 :]) is None
    for wrong in (
        "",
        "mop",
        "mop_",
        text[:-1],
        f"{text}x",
        text.replace("mop", "mox"),
        f"{text} ",
        text.replace("_", ""),
    ):
        assert api_key_format.parse(wrong) is None


def test_a_key_acts_for_its_owner(rows: Callable[..., int]) -> None:
    user = make_user()
    key, text = issue(user)
    answer = call(text, "post", data={"name": "delay", "task_type": "regression", "description": ""})
    assert answer.status_code == 201, answer.content
    row = AuditEvent.objects.get(name="registry.model.registered")
    assert (row.actor_kind, row.actor_ref) == ("user", str(user.pk))
    assert ApiKey.objects.get().last_used_at is not None
    assert rows("accounts.api_key.issued", target_id=str(key.pk)) == 1


def test_the_secret_is_not_kept() -> None:
    """S0-40: only a keyed digest."""
    key, text = issue(make_user())
    secret = text.split("_")[2]
    assert len(bytes(key.digest)) == 32
    assert secret not in str(ApiKey.objects.values().get())


KEYS = ["mop_short", "nonsense", api_key_format.generate()[0]]


@pytest.mark.parametrize("text", KEYS, ids=["short", "text", "sound"])
def test_an_unknown_key_is_refused(text: str) -> None:
    make_user()
    status, code = refused(text)
    assert status == 401
    assert code in {"auth.key_unknown", "auth.token_invalid"}


def test_the_id_of_one_key_with_another_secret_is_refused() -> None:
    key, text = issue(make_user())
    forged = api_key_format.compose(key.public_id, api_key_format.generate()[1].secret)
    assert refused(forged) == (401, "auth.key_unknown")
    assert call(text).status_code == 200


def test_an_expired_key_is_refused(clock: Clock, rows: Callable[..., int]) -> None:
    _, text = issue(make_user(), days=2)
    clock.forward(days=1, hours=23)
    assert call(text).status_code == 200
    clock.forward(hours=2)
    assert refused(text) == (401, "auth.key_expired")
    assert rows("audit.request.refused", details__code="auth.key_expired") == 1


def test_a_revoked_key_is_refused_at_once(rows: Callable[..., int]) -> None:
    key, text = issue(make_user())
    assert call(text).status_code == 200
    assert revoke_api_key(key, actor=ACTOR)
    assert not revoke_api_key(key, actor=ACTOR)
    assert refused(text) == (401, "auth.key_revoked")
    assert rows("accounts.api_key.revoked") == 1


def test_a_deactivated_owner_stops_the_key_at_once() -> None:
    user = make_user()
    _, text = issue(user)
    assert call(text).status_code == 200
    deactivate(user, actor=ACTOR)
    assert refused(text) == (401, "auth.account_disabled")
    with pytest.raises(Conflict):
        issue(user)


def test_a_scope_narrows_and_never_widens() -> None:
    _, reading = issue(make_user(), "registry.view_registeredmodel")
    assert call(reading).status_code == 200
    body = {"name": "delay", "task_type": "regression", "description": ""}
    assert call(reading, "post", data=body).status_code == 403
    _, viewing = issue(make_user("viewer", "Viewer"), "registry.add_registeredmodel", "registry.view_registeredmodel")
    assert call(viewing, "post", data=body).status_code == 403
    assert call(viewing).status_code == 200


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"days": 0}, "api_key.invalid_days"),
        ({"days": 366}, "api_key.invalid_days"),
        ({"scopes": []}, "api_key.no_scope"),
        ({"scopes": ["registry.fly"]}, "api_key.unknown_scope"),
        ({"scopes": ["all", "registry.view_dataset"]}, "api_key.unknown_scope"),
        ({"name": " "}, "name.invalid"),
    ],
)
def test_bad_keys_are_not_issued(more: dict[str, Any], code: str) -> None:
    user = make_user()
    wanted = {"name": "training", "scopes": ["all"], "days": 365, "actor": ACTOR}
    with pytest.raises(Invalid) as refusal:
        issue_api_key(user, **{**wanted, **more})
    assert refusal.value.code == code
    issue_api_key(user, **wanted)
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer \xe9"])
def test_a_malformed_header_is_refused(header: str) -> None:
    answer = Client().get("/api/v1/models/", headers={"authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.malformed")


def test_a_key_in_the_address_is_refused() -> None:
    """S4-09."""
    _, text = issue(make_user())
    for name in ("token", "access_token", "api_key", "key"):
        answer = Client().get(f"/api/v1/models/?{name}={text}")
        assert (answer.status_code, answer.json()["code"]) == (400, "auth.credential_in_address")
    assert Client().get("/api/v1/models/?key=short&token=").json()["code"] == "auth.required"


def test_a_key_opens_no_portal_page(client: Client) -> None:
    """S4-01: a pipeline's credential works on the API only."""
    _, text = issue(make_user())
    assert client.get("/account/security/", headers={"authorization": f"Bearer {text}"}).status_code == 302
    assert call(text).status_code == 200


def test_a_bad_key_is_refused_although_the_browser_is_signed_in(client: Client) -> None:
    sign_in(client, make_user())
    assert client.get("/api/v1/models/").status_code == 200
    assert client.get("/api/v1/models/", headers={"authorization": "Bearer mop_x"}).status_code == 401
    assert client.get("/api/v1/models/").status_code == 200


def test_after_a_rotation_the_digest_moves_to_the_new_key_at_its_next_use() -> None:
    """S0-45: so that some day nothing needs the older key of the ring."""
    key, text = issue(make_user())
    before = bytes(key.digest)
    lifecycle.activate(services.create_key(Purpose.API_KEY, decision=AT_SET_UP), decision=AT_SET_UP)
    keyring.forget()
    assert call(text).status_code == 200
    key.refresh_from_db()
    assert bytes(key.digest) != before
    moved = bytes(key.digest)
    assert call(text).status_code == 200
    key.refresh_from_db()
    assert bytes(key.digest) == moved
    keyring.forget()
