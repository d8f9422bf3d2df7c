"""A trusted issuer or a rule is changed on its page: a fresh factor, a second look, one row with before and after."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.workload.models import ExchangedToken, ExchangeRule, TrustedIssuer
from accounts.workload.services import changing, exchange
from accounts.workload.services.trust import set_issuer_active
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Conflict
from tests.accounts.issuers import JobIssuer
from tests.accounts.people import confirm, make_user
from tests.accounts.people import sign_in_earlier as sign_in

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


@pytest.fixture
def guard(client: Client) -> Client:
    """A security administrator who has not shown a factor for a while."""
    return sign_in(client, make_user("guard", "Security administrator"))


def page(row: Any) -> str:
    """Where a row is changed."""
    return f"/admin/workload/{row._meta.model_name}/{row.pk}/edit/"


def typed(row: Any, **more: Any) -> dict[str, Any]:
    """What the form holds, with ``more`` typed anew."""
    if isinstance(row, TrustedIssuer):
        form = {"name": row.name, "issuer": row.issuer, "audience": row.audience, "algorithms": row.algorithms}
        return {**form, "pinned_keys": "", **more}
    conditions = "\n".join(f"{claim} = {pattern}" for claim, pattern in row.conditions.items())
    form = {"name": row.name, "service": row.service_id, "conditions": conditions, "scopes": "\n".join(row.scopes)}
    return {**form, "minutes": row.lifetime_s // 60, **more}


def changed(rows: Any, event: str) -> dict[str, Any]:
    """What the only row of ``event`` says changed, by field."""
    (row,) = AuditEvent.objects.filter(name=event)
    return {name: value for one in row.details["diff"] for name, value in one["rows"][0]["changes"].items()}


def test_an_issuer_is_changed_after_a_second_look(
    guard: Client, trusted: TrustedIssuer, rows: Callable[..., int]
) -> None:
    """S2-30: nothing without a fresh factor; the look changes nothing; the row in the ledger has before and after."""
    wanted = typed(trusted, audience="https://elsewhere.test", algorithms=["ES256"])
    assert guard.post(page(trusted), wanted | {"confirmed": "1"})["Location"].startswith("/account/confirm/")
    confirm(guard)
    assert "https://portal.test" in guard.get(page(trusted)).text
    look = guard.post(page(trusted), wanted)
    assert look.status_code == 200
    for part in ("https://portal.test", "https://elsewhere.test", "RS256", "No token of a job"):
        assert part in look.text
    assert rows("workload.issuer.changed") == 0
    done = guard.post(page(trusted), wanted | {"confirmed": "1", "seen": look.context["seen"]}, follow=True)
    assert "Changed: " in done.text
    trusted.refresh_from_db()
    assert (trusted.audience, trusted.algorithms) == ("https://elsewhere.test", ["ES256"])
    found = changed(rows, "workload.issuer.changed")
    assert found["audience"] == ["https://portal.test", "https://elsewhere.test"]
    assert set(found) == {"audience", "algorithms"}


def test_a_change_ends_the_tokens_that_came_of_it_and_a_new_name_does_not(
    guard: Client, ci: JobIssuer, rule: ExchangeRule, ask: Callable[..., Any], rows: Callable[..., int]
) -> None:
    """S2-30: tokens were given under what stood there before; the second look says how many end."""
    token = ask(ci.token()).json()["access_token"]

    def status() -> int:
        return Client().get("/api/v1/models/", headers={"Authorization": f"Bearer {token}"}).status_code

    confirm(guard)
    for more, after in (({"name": "delays-2"}, 200), ({"scopes": "registry.view_registeredmodel"}, 401)):
        rule.refresh_from_db()
        wanted = typed(rule, **more)
        look = guard.post(page(rule), wanted)
        assert ("1 token of jobs that is good now ends" in look.text) == (after == 401)
        assert guard.post(page(rule), wanted | {"confirmed": "1", "seen": look.context["seen"]}).status_code == 302
        assert status() == after
    assert rows("workload.rule.changed") == 2
    assert rows("workload.token.revoked") == 1
    assert not ExchangedToken.objects.filter(revoked_at=None).exists()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(guard: Client, rule: ExchangeRule) -> None:
    """S2-30: the second look is of what stands there; if it does no longer, nothing is done."""
    confirm(guard)
    wanted = typed(rule, minutes=5)
    look = guard.post(page(rule), wanted)
    changing.change(rule, _given(rule, conditions={"repository": "acme/other"}), seen=look.context["seen"], actor=ACTOR)
    refused = guard.post(page(rule), wanted | {"confirmed": "1", "seen": look.context["seen"]})
    assert refused.status_code == 422
    assert "changed by somebody else" in refused.text
    rule.refresh_from_db()
    assert (rule.lifetime_s, rule.conditions) == (900, {"repository": "acme/other"})


def test_a_confirmation_without_a_look_of_the_present_state_is_refused(rule: ExchangeRule) -> None:
    with pytest.raises(Conflict) as refusal:
        changing.change(rule, _given(rule, lifetime_s=60), seen="", actor=ACTOR)
    assert refusal.value.code == "workload.changed_meanwhile"


def _given(rule: ExchangeRule, **more: Any) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in changing.RULE_FIELDS} | more


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"conditions": "repository = **"}, "conditions"),
        ({"scopes": "all"}, "scopes"),
        ({"minutes": 16}, "minutes"),
        ({"name": "a b"}, "name"),
        ({"name": "other"}, None),
    ],
)
def test_a_bad_change_is_refused_at_its_field(
    guard: Client, rule: ExchangeRule, more: dict[str, Any], field: str | None
) -> None:
    from accounts.workload.services.trust import add_rule

    add_rule(
        rule.issuer, name="other", service=rule.service, scopes=rule.scopes, conditions=rule.conditions, actor=ACTOR
    )
    confirm(guard)
    wanted = typed(rule, **more) | {"confirmed": "1", "seen": changing.state_of(rule)}
    answer = guard.post(page(rule), wanted)
    assert answer.status_code == 422
    assert (field or "__all__") in answer.context["form"].errors


def test_a_new_address_forgets_the_keys_of_the_old_one(trusted: TrustedIssuer) -> None:
    TrustedIssuer.objects.filter(pk=trusted.pk).update(fetched_keys={"keys": []})
    trusted.refresh_from_db()
    given = {name: getattr(trusted, name) for name in changing.ISSUER_FIELDS}
    changing.change(trusted, given | {"issuer": "https://ci.example"}, seen=changing.state_of(trusted), actor=ACTOR)
    trusted.refresh_from_db()
    assert (trusted.issuer, trusted.fetched_keys) == ("https://ci.example", None)


@pytest.mark.parametrize("what", ["rule", "issuer", "withdrawn"])
def test_an_exchange_under_way_gets_nothing_by_what_stood_there_before(
    ci: JobIssuer, rule: ExchangeRule, rows: Callable[..., int], what: str
) -> None:
    """S2-30: between reading the rule and giving the token somebody changed it."""
    issuer, claims = exchange._verified(token := ci.token())
    read = exchange._rule_for(issuer, claims, "")
    if what == "rule":
        changing.change(rule, _given(rule, conditions={"sub": "x"}), seen=changing.state_of(rule), actor=ACTOR)
    elif what == "issuer":
        given = {name: getattr(issuer, name) for name in changing.ISSUER_FIELDS} | {"audience": "elsewhere"}
        changing.change(rule.issuer, given, seen=changing.state_of(rule.issuer), actor=ACTOR)
    else:
        set_issuer_active(rule.issuer, False, actor=ACTOR)
    with pytest.raises(exchange._Fault):
        exchange._issue(read, claims, token, read.scopes)
    assert not ExchangedToken.objects.exists()


def test_nothing_changed_is_told_as_such_and_others_may_not(
    guard: Client, rule: ExchangeRule, rows: Callable[..., int]
) -> None:
    confirm(guard)
    assert "Nothing was changed" in guard.post(page(rule), typed(rule), follow=True).text
    assert rows("workload.rule.changed") == 0
    assert 'href="edit/"' in guard.get(page(rule).replace("edit", "change")).text
    officer = confirm(sign_in(Client(), make_user("officer", "Compliance officer")))
    assert officer.get(page(rule)).status_code == 403
    assert officer.post(page(rule), typed(rule, minutes=1)).status_code == 403
