"""A job shows the token of its CI system and gets a short one of ours, without any stored secret."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from accounts.models import User
from accounts.services import deactivate
from accounts.workload.models import ExchangedToken, ExchangeRule, TrustedIssuer
from accounts.workload.services.trust import add_rule, set_issuer_active, set_rule_active
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from tests.accounts.issuers import JobIssuer
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
Ask = Callable[..., Any]


def call(token: str, path: str = "/api/v1/models/", method: str = "get", **more: Any) -> Any:
    """A request with our token."""
    send = getattr(Client(), method)
    return send(path, headers={"authorization": f"Bearer {token}"}, content_type="application/json", **more)


def test_a_job_gets_a_token_of_fifteen_minutes_and_needs_no_stored_secret(
    ci: JobIssuer, rule: ExchangeRule, ask: Ask, rows: Callable[..., int]
) -> None:
    """S2-30, S4-01: works on the API, is refused elsewhere, and the ledger says through what."""
    answer = ask(ci.token())
    assert answer.status_code == 200, answer.content
    given = answer.json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 900)
    assert given["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert answer["Cache-Control"] == "no-store"
    token = given["access_token"]
    assert call(token).status_code == 200
    assert call(token, method="post", data={"name": "x"}).status_code == 403
    assert call(token, "/account/security/").status_code == 302
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["act"] == {"iss": ci.address, "sub": "repo:acme/delays:ref:refs/heads/main"}
    row = ExchangedToken.objects.get()
    assert (row.user, row.source) == (rule.service, "ref=refs/heads/main repository=acme/delays")
    assert row.last_used_at is not None
    assert row.last_used_network == "127.0.0.0/24"
    told = AuditEvent.objects.get(name="workload.token.exchanged")
    assert (told.actor_kind, told.actor_ref) == ("service", str(rule.service.pk))
    assert told.details["source"] == "ref=refs/heads/main repository=acme/delays"
    assert told.via == f"workload:delays:{row.pk}"
    assert AuditEvent.objects.get(name="workload.token.used").via == told.via


def test_the_token_of_a_job_is_exchanged_once(
    ci: JobIssuer, rule: ExchangeRule, ask: Ask, rows: Callable[..., int]
) -> None:
    token = ci.token()
    assert ask(token).status_code == 200
    assert refused(ask(token)) == "replay"
    nameless = ci.token(without=("jti",))
    assert ask(nameless).status_code == 200
    assert refused(ask(nameless)) == "replay"
    assert ExchangedToken.objects.count() == 2


def refused(answer: Any) -> str:
    """The reason in the ledger of a refusal that tells the caller nothing."""
    assert answer.status_code == 400, answer.content
    said = answer.json()
    assert (said["code"], said["error"]) == ("workload.token_refused", "invalid_request")
    return str(AuditEvent.objects.filter(name="workload.exchange.refused").latest("id").details["reason"])


_HOUR = dt.timedelta(hours=1)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: {"iss": "https://elsewhere.example"}, "issuer"),
        (lambda: {"aud": "another"}, "audience"),
        (lambda: {"exp": _now() - _HOUR}, "expired"),
        (lambda: {"nbf": _now() + _HOUR}, "not yet"),
        (lambda: {"exp": _now() + 48 * _HOUR}, "valid for too long"),
        (lambda: {"repository": "acme/delays-fork"}, "no rule"),
        (lambda: {"repository": "evil/acme/delays"}, "no rule"),
        (lambda: {"ref": "refs/heads/feature/x"}, "no rule"),
        (lambda: {"ref": ["refs/heads/main"]}, "no rule"),
        (lambda: {"ref": "refs/heads/main\nrow of the ledger"}, "no rule"),
        (lambda: {"ref": f"refs/heads/{'x' * 1000}"}, "no rule"),
        (lambda: {"without": ("repository",)}, "no rule"),
        (lambda: {"without": ("sub",)}, "claim missing"),
        (lambda: {"without": ("exp",)}, "claim missing"),
    ],
)
def test_what_does_not_fit_is_refused_without_a_word(
    ci: JobIssuer, rule: ExchangeRule, ask: Ask, change: Callable[[], dict[str, Any]], reason: str
) -> None:
    """S2-30: one answer for every fault; the ledger has the reason."""
    assert refused(ask(ci.token(**change()))) == reason
    assert not ExchangedToken.objects.exists()


def test_other_algorithms_and_keys_are_refused(ci: JobIssuer, rule: ExchangeRule, ask: Ask) -> None:
    """S4-04: nothing in the token chooses how it is checked."""
    claims = jwt.decode(ci.token(), options={"verify_signature": False})
    public = ci.keys["first"][0].public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    with_secret = jwt.encode(claims, public, algorithm="HS256", headers={"kid": "first"})
    unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": "first"})  # type: ignore[arg-type]
    forged = jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": "first"})
    nameless = jwt.encode(claims, ci.keys["first"][0], algorithm="ES256")
    another_kind = jwt.encode(
        claims, rsa.generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": "first"}
    )
    assert refused(ask(with_secret)) == "algorithm"
    assert refused(ask(another_kind)) in {"algorithm", "malformed"}
    assert refused(ask(unsigned)) == "algorithm"
    assert refused(ask(forged)) == "signature"
    assert refused(ask(nameless)) == "key"
    assert refused(ask("no.token.at-all")) == "malformed"
    assert ask(ci.token()).status_code == 200


def test_a_caller_may_ask_for_less_and_never_for_more(ci: JobIssuer, rule: ExchangeRule, ask: Ask) -> None:
    given = ask(ci.token(), scope="registry.view_registeredmodel:delay").json()
    assert given["scope"] == "registry.view_registeredmodel:delay"
    answer = ask(ci.token(), scope="registry.download_artifact")
    assert (answer.status_code, answer.json()["code"]) == (400, "workload.scope_refused")


def test_when_several_rules_fit_the_job_names_its_service(
    ci: JobIssuer, rule: ExchangeRule, trusted: TrustedIssuer, ask: Ask
) -> None:
    other = make_user("other-pipeline", "Pipeline")
    more = {"scopes": ["registry.view_dataset"], "conditions": {"repository": "acme/*"}, "actor": ACTOR}
    add_rule(trusted, name="data", service=other, **more)
    assert ask(ci.token()).json()["code"] == "workload.ambiguous"
    assert ask(ci.token(), audience="other-pipeline").json()["scope"] == "registry.view_dataset"


def _deactivated(rule: ExchangeRule) -> None:
    deactivate(User.objects.get(pk=rule.service_id), actor=ACTOR)


@pytest.mark.parametrize(
    "stop",
    [
        _deactivated,
        lambda rule: set_rule_active(rule, False, actor=ACTOR),
        lambda rule: set_issuer_active(rule.issuer, False, actor=ACTOR),
    ],
)
def test_what_it_rests_on_ends_it_at_once(
    ci: JobIssuer, rule: ExchangeRule, ask: Ask, stop: Callable[[ExchangeRule], Any]
) -> None:
    """S4-01: the account, the rule, the issuer."""
    token = ask(ci.token()).json()["access_token"]
    assert call(token).status_code == 200
    stop(rule)
    answer = call(token)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.token_revoked")
    assert ask(ci.token()).status_code == 400


def test_one_kind_of_token_is_not_the_other(ci: JobIssuer, rule: ExchangeRule, ask: Ask) -> None:
    """An exchanged token renews nothing, and makes no API key."""
    token = ask(ci.token()).json()["access_token"]
    answer = Client().post("/api/v1/auth/token/refresh/", {"refresh": token}, content_type="application/json")
    assert answer.status_code == 401
    made = call(token, "/api/v1/api-keys/", "post", data={"name": "x", "scopes": ["all"]})
    assert (made.status_code, made.json()["code"]) == (403, "api_key.needs_person")
    assert call(ci.token()).status_code == 401


def test_fields_of_another_grant_are_refused(ask: Ask) -> None:
    answer = ask("x.y.z", grant_type="password")
    assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
