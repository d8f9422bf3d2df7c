"""Signing in to the API: access tokens, refresh tokens and what is refused."""

import base64
import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import RefreshToken, User
from accounts.services import deactivate, remove_second_factor
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose
from modelops.lib.ids import uuid7
from tests.accounts.conftest import Clock
from tests.accounts.people import PASSWORD, code_of, make_user

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def post(path: str, **body: Any) -> Any:
    """A request without a credential."""
    return Client().post(f"/api/v1/auth/{path}", body, content_type="application/json")


def sign_in(user: User, *, steps: int = 0) -> dict[str, str]:
    """The pair of tokens."""
    answer = post("token/", username=user.username, password=PASSWORD, otp=code_of(user, steps=steps))
    assert answer.status_code == 200, answer.content
    return answer.json()


def call(token: str) -> Any:
    """A request with an access token."""
    return Client().get("/api/v1/models/", headers={"authorization": f"Bearer {token}"})


def refused(token: str) -> str:
    """The code of the refusal."""
    answer = call(token)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
    return answer.json()["code"]


def reason() -> str:
    """What the ledger says of the last refusal."""
    return str(AuditEvent.objects.filter(name="audit.request.refused").latest("id").details["code"])


def test_name_password_and_code_give_tokens(rows: Callable[..., int]) -> None:
    """S4-01, S4-02."""
    user = make_user(password=PASSWORD)
    pair = sign_in(user)
    assert set(pair) == {"access", "refresh", "expires_in"}
    assert 1790 <= int(pair["expires_in"]) <= 1800
    assert call(pair["access"]).status_code == 200
    header = jwt.get_unverified_header(pair["access"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    assert header["kid"] == str(keyring.active(Purpose.TOKEN_SIGNING).id)
    assert rows("accounts.token.issued", target_id=str(user.pk)) == 1


def test_wrong_name_password_and_code_get_one_answer(rows: Callable[..., int]) -> None:
    user = make_user(password=PASSWORD)
    good = {"username": user.username, "password": PASSWORD, "otp": "12345"}
    answers = [
        post("token/", **good),
        post("token/", **good),
        post("token/", **{**good, "password": "wrong", "otp": code_of(user)}),
        post("token/", **{**good, "username": "nobody", "otp": code_of(user)}),
    ]
    bodies = []
    for answer in answers:
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer
        body = answer.json()
        assert body.pop("request_id")
        bodies.append(body)
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "login.refused"
    assert (rows("accounts.sign_in.refused"), rows("accounts.code.refused")) == (2, 2)
    assert rows("audit.request.refused") == 0
    sign_in(user)


def test_a_code_works_once() -> None:
    user = make_user(password=PASSWORD)
    code = code_of(user)
    body = {"username": user.username, "password": PASSWORD, "otp": code}
    assert post("token/", **body).status_code == 200
    assert post("token/", **body).json()["code"] == "login.refused"


def test_too_many_failures_say_how_long_to_wait(clock: Clock) -> None:
    user = make_user(password=PASSWORD)
    body = {"username": user.username, "password": PASSWORD, "otp": "12345"}
    for _ in range(5):
        assert post("token/", **body).status_code == 401
    answer = post("token/", **{**body, "otp": code_of(user)})
    assert (answer.status_code, answer.json()["code"]) == (429, "login.slow_down")
    assert int(answer["Retry-After"]) > 0
    clock.forward(minutes=6)
    sign_in(user)


@pytest.mark.parametrize("missing", ["username", "password", "otp"])
def test_a_missing_field_is_named(missing: str) -> None:
    body = {"username": "scientist", "password": PASSWORD, "otp": "123456"}
    del body[missing]
    answer = post("token/", **body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == missing


def test_a_service_and_an_account_without_second_factor_get_no_token() -> None:
    make_user("pipeline", "Pipeline", password=PASSWORD)
    user = make_user(password=PASSWORD)
    user.totpdevice_set.all().delete()
    for name in ("pipeline", "scientist"):
        answer = post("token/", username=name, password=PASSWORD, otp="123456")
        assert (answer.status_code, answer.json()["code"]) == (401, "login.refused")


def test_refreshing_replaces_both_tokens(rows: Callable[..., int]) -> None:
    user = make_user(password=PASSWORD)
    first = sign_in(user)
    second = post("token/refresh/", refresh=first["refresh"]).json()
    assert call(second["access"]).status_code == 200
    assert second["refresh"] != first["refresh"]
    assert rows("accounts.token.refreshed") == 1


def test_a_refresh_token_used_twice_ends_the_sign_in(rows: Callable[..., int]) -> None:
    user = make_user(password=PASSWORD)
    first = sign_in(user)
    apart = sign_in(user, steps=1)
    second = post("token/refresh/", refresh=first["refresh"]).json()
    answer = post("token/refresh/", refresh=first["refresh"])
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.token_revoked")
    assert refused(second["access"]) == "auth.token_revoked"
    assert post("token/refresh/", refresh=second["refresh"]).status_code == 401
    assert call(apart["access"]).status_code == 200
    assert rows("accounts.token.reused") == 1


def test_ending_a_sign_in_stops_its_access_tokens() -> None:
    pair = sign_in(make_user(password=PASSWORD))
    assert post("token/revoke/", refresh=pair["refresh"]).status_code == 204
    assert refused(pair["access"]) == "auth.token_revoked"


@pytest.mark.parametrize("stop", [deactivate, remove_second_factor])
def test_what_happens_to_the_account_stops_its_tokens_at_once(stop: Callable[..., None]) -> None:
    user = make_user(password=PASSWORD)
    pair = sign_in(user)
    assert call(pair["access"]).status_code == 200
    stop(user, actor=ACTOR)
    assert refused(pair["access"]) == "auth.token_revoked"
    assert post("token/refresh/", refresh=pair["refresh"]).status_code == 401


def test_one_kind_of_token_is_not_the_other() -> None:
    pair = sign_in(make_user(password=PASSWORD))
    assert refused(pair["refresh"]) == "auth.token_invalid"
    assert post("token/refresh/", refresh=pair["access"]).json()["code"] == "auth.token_invalid"


def test_an_expired_token_is_refused_after_the_leeway() -> None:
    """S4-02: 30 minutes and 30 seconds."""
    user = make_user()
    row = RefreshToken.objects.create(user=user, expires_at=timezone.now() + dt.timedelta(hours=1))

    def access(ago: int) -> str:
        exp = timezone.now() - dt.timedelta(seconds=ago)
        return tokens.sign(tokens.ACCESS, user_id=user.pk, token_id=uuid7(), family=row.family, amr=[], exp=exp)

    assert call(access(20)).status_code == 200
    assert refused(access(40)) == "auth.token_invalid"
    assert reason() == "auth.token_expired"


def _forged(**changes: Any) -> Callable[[User, RefreshToken], str]:
    """A token that differs from a right one in ``changes``; signed with the right key unless another is given."""

    def make(user: User, row: RefreshToken) -> str:
        key = keyring.active(Purpose.TOKEN_SIGNING)
        now = timezone.now()
        claims = {
            "iss": settings.MODELOPS_BASE_URL,
            "aud": tokens.AUDIENCE,
            "sub": str(user.pk),
            "jti": str(uuid7()),
            "sid": str(row.family),
            "iat": now,
            "nbf": now,
            "exp": now + dt.timedelta(minutes=5),
        }
        header = {"kid": str(key.id), "typ": tokens.ACCESS}
        header |= changes.get("header", {})
        claims |= changes.get("claims", {})
        for name in changes.get("without", ()):
            del claims[name]
        signer = changes.get("key") or Ed25519PrivateKey.from_private_bytes(key.material)
        return jwt.encode(claims, signer, algorithm=changes.get("alg", "EdDSA"), headers=header)

    return make


def _unsigned(user: User, row: RefreshToken) -> str:
    header, body, _ = _forged()(user, row).split(".")
    data = json.loads(base64.urlsafe_b64decode(header + "=="))
    plain = base64.urlsafe_b64encode(json.dumps({**data, "alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{plain}.{body}."


def _hmac_with_public_key(user: User, row: RefreshToken) -> str:
    material = keyring.active(Purpose.TOKEN_SIGNING).material
    public = Ed25519PrivateKey.from_private_bytes(material).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _forged(alg="HS256", key=public)(user, row)


_LATER = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
_BEFORE = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (_unsigned, "algorithm"),
        (_hmac_with_public_key, "algorithm"),
        (_forged(key=Ed25519PrivateKey.generate()), "signature"),
        (_forged(header={"kid": str(uuid.uuid4())}), "key"),
        (_forged(header={"kid": "../../etc/passwd"}), "key"),
        (_forged(header={"typ": "JWT"}), "kind"),
        (_forged(claims={"aud": "another"}), "audience"),
        (_forged(claims={"iss": "https://example.org"}), "issuer"),
        (_forged(claims={"nbf": _LATER}), "not_yet"),
        (_forged(claims={"exp": _BEFORE}), "expired"),
        (_forged(claims={"sub": "nobody"}), "malformed"),
        (_forged(without=("sub",)), "without_sub"),
        (_forged(without=("exp",)), "without_exp"),
        (_forged(without=("nbf",)), "without_nbf"),
        (_forged(without=("jti",)), "without_jti"),
        (_forged(without=("sid",)), "without_sid"),
    ],
)
def test_forged_tokens_are_refused(forge: Callable[[User, RefreshToken], str], told: str) -> None:
    """S4-04, S4-06, S4-07: no other algorithm, key, audience, issuer or kind; every claim present.

    The caller gets one answer whatever is wrong; the ledger gets the reason.
    """
    user = make_user()
    row = RefreshToken.objects.create(user=user, expires_at=timezone.now() + dt.timedelta(hours=1))
    assert call(_forged()(user, row)).status_code == 200
    assert refused(forge(user, row)) == "auth.token_invalid"
    if told != "malformed":
        assert reason() == f"auth.token_{told}"
    said = call(forge(user, row)).json()
    assert said["detail"] == call("not.a.token").json()["detail"]


def test_a_caller_may_ask_for_another_lifetime_within_bounds(settings: Any) -> None:
    """S4-02: longer than the most is refused; renewing keeps what was asked for."""
    user = make_user(password=PASSWORD)
    body = {"username": user.username, "password": PASSWORD}
    settings.MODELOPS_TOKEN_LIFETIME_MAX_S = 3600
    for wrong in (3601, 59, -1):
        answer = post("token/", **body, otp=code_of(user), lifetime_s=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "token.invalid_lifetime")
    pair = post("token/", **body, otp=code_of(user), lifetime_s=3600).json()
    assert 3590 <= pair["expires_in"] <= 3600
    again = post("token/refresh/", refresh=pair["refresh"]).json()
    assert 3590 <= again["expires_in"] <= 3600


def test_the_session_of_the_portal_works_on_the_api_with_csrf(client: Client) -> None:
    from tests.accounts.people import sign_in as sign_browser_in

    user = make_user()
    assert client.get("/api/v1/models/").status_code == 401
    sign_browser_in(client, user)
    assert client.get("/api/v1/models/").status_code == 200
    strict = sign_browser_in(Client(enforce_csrf_checks=True), user)
    body = {"name": "delay", "task_type": "regression", "description": ""}
    assert strict.post("/api/v1/models/", body, content_type="application/json").status_code == 403
