"""Who may trust an issuer, and what a rule must say."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.workload.models import ExchangeRule, TrustedIssuer
from accounts.workload.services.trust import add_rule
from compliance.audit import Actor
from modelops.lib.errors import Invalid
from tests.accounts.issuers import AUDIENCE, JobIssuer
from tests.accounts.people import confirm, make_user
from tests.accounts.people import sign_in_earlier as sign_in

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
ISSUERS, RULES = "/admin/workload/trustedissuer/", "/admin/workload/exchangerule/"


@pytest.fixture
def guard(client: Client) -> Client:
    """A security administrator."""
    return sign_in(client, make_user("guard", "Security administrator"))


def issuer_form(ci: JobIssuer, **more: Any) -> dict[str, Any]:
    """What is typed."""
    return {
        "name": "ci", "issuer": ci.address, "audience": AUDIENCE, "algorithms": ["ES256"], "pinned_keys": "", **more,
    }  # fmt: skip


def test_trusting_an_issuer_needs_a_fresh_second_factor_and_is_told(
    guard: Client, ci: JobIssuer, rows: Callable[..., int]
) -> None:
    answer = guard.post(f"{ISSUERS}add/", issuer_form(ci))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/confirm/")
    assert not TrustedIssuer.objects.exists()
    confirm(guard)
    assert guard.get(f"{ISSUERS}add/").status_code == 200
    answer = guard.post(f"{ISSUERS}add/", issuer_form(ci), follow=True)
    assert "its keys are known" in answer.content.decode()
    assert rows("workload.issuer.added") == 1
    make_user("pipeline", "Pipeline")
    typed = {
        "issuer": TrustedIssuer.objects.get().pk, "name": "delays", "scopes": "registry.view_modelversion:delay",
        "service": ExchangeRule._meta.get_field("service").related_model.objects.get(username="pipeline").pk,
        "conditions": "repository = acme/delays\nref = refs/heads/*", "minutes": 10,
    }  # fmt: skip
    assert guard.post(f"{RULES}add/", typed).status_code == 302
    rule = ExchangeRule.objects.get()
    assert rule.conditions == {"repository": "acme/delays", "ref": "refs/heads/*"}
    assert rule.lifetime_s == 600
    for page in (ISSUERS, RULES, "/admin/workload/exchangedtoken/", f"{RULES}{rule.pk}/change/"):
        assert guard.get(page).status_code == 200
    acts = {"action": "withdraw", "_selected_action": [str(TrustedIssuer.objects.get().pk)]}
    assert guard.post(ISSUERS, acts).status_code == 302
    assert not TrustedIssuer.objects.get().is_active
    assert rows("workload.issuer.changed") == 1


def test_others_may_not(client: Client, ci: JobIssuer) -> None:
    officer = confirm(sign_in(client, make_user("officer", "Compliance officer")))
    assert officer.post(f"{ISSUERS}add/", issuer_form(ci)).status_code == 403
    assert officer.get(ISSUERS).status_code == 403


@pytest.mark.parametrize(
    "more",
    [
        {"issuer": "ftp://ci.example"},
        {"issuer": "https://user:word@ci.example"},
        {"algorithms": ["HS256"]},
        {"algorithms": []},
        {"pinned_keys": "{"},
        {"pinned_keys": '{"keys": []}'},
    ],
)
def test_a_bad_issuer_is_refused_at_its_field(guard: Client, ci: JobIssuer, more: dict[str, Any]) -> None:
    answer = confirm(guard).post(f"{ISSUERS}add/", issuer_form(ci, **more))
    assert answer.status_code == 422
    assert next(iter(more)) in answer.context["form"].errors
    assert not TrustedIssuer.objects.exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"conditions": {}}, "workload.invalid_condition"),
        ({"conditions": {"repository": "**"}}, "workload.invalid_condition"),
        ({"conditions": {"iss": "https://ci.example"}}, "workload.invalid_condition"),
        ({"scopes": ["all"]}, "workload.all_scopes"),
        ({"scopes": ["registry.fly"]}, "api_key.unknown_scope"),
        ({"lifetime_s": 901}, "workload.invalid_lifetime"),
        ({"lifetime_s": 59}, "workload.invalid_lifetime"),
        ({"service": "person"}, "workload.not_a_service"),
    ],
)
def test_a_rule_must_tell_jobs_apart_and_give_little(trusted: TrustedIssuer, more: dict[str, Any], code: str) -> None:
    """S2-30: at most 15 minutes."""
    service, person = make_user("pipeline", "Pipeline"), make_user()
    wanted: dict[str, Any] = {
        "name": "delays",
        "service": service,
        "scopes": ["registry.view_modelversion"],
        "conditions": {"repository": "acme/*"},
    }
    if "service" in more:
        more = {"service": person}
    with pytest.raises(Invalid) as refusal:
        add_rule(trusted, **{**wanted, **more}, actor=ACTOR)
    assert refusal.value.code == code
    add_rule(trusted, **wanted, actor=ACTOR)
