"""Asking and deciding over REST, in the portal and in the admin: the same services, the same refusals."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import actor_of
from accounts.models import User
from accounts.notices import send_due
from registry.aliases.models import Alias
from registry.grants import services as grants
from registry.models import ModelVersion
from registry.promotion.models import Promotion, State
from tests.accounts.people import make_user, sign_in, sign_in_earlier
from tests.registry.conftest import api_as  # noqa: F401
from tests.registry.samples import make_model, make_version

from .promoting import approve, approver, ask

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def calls(api_as: Callable[..., Client]) -> Callable[[User], Client]:  # noqa: F811
    return lambda user: api_as(user, confirmed=True)


def test_the_whole_way_over_rest(calls: Callable[[User], Client], version: ModelVersion, engineer: User) -> None:
    """S2-15, S2-40, S2-41: asked for by a service, each gate told, two people approve."""
    pipeline = calls(make_user("pipeline", "Pipeline"))
    body = {"alias": "production", "version": 1, "reason": "Nightly training."}
    asked = pipeline.post(f"{API}models/arrival-delay/promotions/", body, "application/json")
    assert asked.status_code == 201, asked.content
    said = asked.json()
    assert (said["state"], said["approvals_needed"], said["kind"]) == ("waiting", 2, "promotion")
    assert all(gate["reason"] for gate in said["gates"])
    one = f"{API}promotions/{said['id']}/"
    assert pipeline.post(f"{one}approve/", {}, "application/json").status_code in {401, 403}
    people = [calls(approver(number)) for number in (1, 2, 3)]
    digest = {"payload_digest": said["payload_digest"]}
    assert people[0].get(f"{API}promotions/?box=for_me").json()["results"][0]["id"] == said["id"]
    first = people[0].post(f"{one}approve/", digest, "application/json")
    assert (first.status_code, first.json()["state"]) == (200, "waiting")
    again = people[0].post(f"{one}approve/", digest, "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "promotion.approved_already")
    assert people[0].get(f"{API}promotions/?box=for_me").json()["results"] == []
    second = people[1].post(f"{one}approve/", digest, "application/json")
    assert (second.status_code, second.json()["state"]) == (200, "executed")
    assert {gate["gate"] for gate in second.json()["final_gates"]} == {gate["gate"] for gate in said["gates"]}
    late = people[2].post(f"{one}reject/", {"reason": "No."}, "application/json")
    assert (late.status_code, late.json()["code"]) == (409, "promotion.decided")
    assert Alias.objects.get().version == version


def test_a_version_is_always_named(calls: Callable[[User], Client], version: ModelVersion, engineer: User) -> None:
    """S0-38: without a version it is 400; "promote best" only says which it would be, and why."""
    client = calls(engineer)
    address = f"{API}models/arrival-delay/promotions/"
    assert client.post(address, {"alias": "production"}, "application/json").status_code == 400
    assert client.get(f"{address}best/").status_code == 404
    for auc in (0.9, 0.8):
        make_version(version.model, engineer, metrics={"auc": auc})
    best = client.get(f"{address}best/").json()
    assert best["version"] == 2
    assert "best auc" in best["why"]
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("role", ["Viewer", "Data scientist", "Compliance officer"])
def test_the_best_is_told_to_whoever_may_ask_for_it(
    calls: Callable[[User], Client], version: ModelVersion, engineer: User, role: str
) -> None:
    """S1-06: the same permission in the portal and over REST."""
    make_version(version.model, engineer, metrics={"auc": 0.9})
    reader = make_user("reader", role)
    assert calls(reader).get(f"{API}models/arrival-delay/promotions/best/").status_code == 403
    assert sign_in(Client(), reader).get("/models/arrival-delay/promote-best/").status_code == 403


def test_the_portal_shows_the_best_and_asks_after_it_is_confirmed(version: ModelVersion, engineer: User) -> None:
    """S0-38, S0-27: nothing is asked for, and no alias moves, before the version is confirmed by its number."""
    make_version(version.model, engineer, metrics={"auc": 0.9})
    browser = sign_in(Client(), engineer)
    page = browser.get("/models/arrival-delay/promote-best/").text
    assert "Version 2 has the best auc" in page
    assert "/models/arrival-delay/versions/2/promote/?alias=production" in page
    assert not Promotion.objects.exists()
    assert not Alias.objects.exists()
    done = browser.post("/models/arrival-delay/versions/2/promote/", {"alias": "production"}, follow=True).text
    assert "2 others have to approve it" in done
    assert Promotion.objects.get().number == 2


def test_the_whole_way_in_the_portal(version: ModelVersion, engineer: User) -> None:
    """S2-15, S2-41: the page shows each gate; the requester sees no button, and is refused without one."""
    promotion = ask(version, actor=actor_of(engineer), reason="Better on delays.")
    page = reverse("promotion:detail", args=[promotion.pk])
    mine = sign_in(Client(), engineer)
    shown = mine.get(page).text
    assert "You asked for this" in shown
    assert f"{page}approve/" not in shown
    assert "asked for this promotion yourself" in mine.post(f"{page}approve/", follow=True).text
    other = sign_in(Client(), approver(1))
    inbox = other.get("/promotions/").text
    assert page in inbox
    assert "Better on delays." in inbox
    shown = other.get(page).text
    for part in ("Signature", "Metric", "Passed", f"{page}approve/", promotion.payload_digest):
        assert part in shown
    assert "waits for somebody else" in other.post(f"{page}approve/", follow=True).text
    last = sign_in(Client(), approver(2))
    assert "points at version 1 now" in last.post(f"{page}approve/", follow=True).text
    assert Alias.objects.get().version == version
    assert "Asked to point production" in last.get(page).text


def test_approving_asks_for_a_fresh_second_factor(version: ModelVersion, engineer: User) -> None:
    promotion = ask(version, actor=actor_of(engineer))
    stale = sign_in_earlier(Client(), approver(1))
    answer = stale.post(reverse("promotion:approve", args=[promotion.pk]))
    assert (answer.status_code, "/account/confirm/" in answer.headers["location"]) == (302, True)
    assert not promotion.approvals.exists()


def test_the_admin_decides_by_the_same_rules(version: ModelVersion, engineer: User) -> None:
    """S2-15: fewer approvals than required, and the requester's own, are refused in the admin too."""
    root = make_user("root", "Security administrator")
    User.objects.filter(pk=root.pk).update(is_staff=True, is_superuser=True)
    root.refresh_from_db()
    browser = sign_in(Client(), root)
    given = {"model": "arrival-delay", "version": 1, "alias": "production"}
    assert browser.post("/admin/promotion/promotion/add/", given).status_code == 302
    promotion = Promotion.objects.get()
    decide = f"/admin/promotion/promotion/{promotion.pk}/decide/"
    own = browser.post(decide, {"decision": "approve"})
    assert (own.status_code, "asked for this promotion yourself" in own.text) == (422, True)
    assert browser.post(decide, {"decision": "reject"}).status_code == 422
    officer = approver(1)
    desk = sign_in(Client(), officer)
    assert "waits for somebody else" in desk.post(decide, {"decision": "approve"}, follow=True).text
    assert not Alias.objects.exists()
    assert approve(promotion, approver(2)).state == State.EXECUTED
    for page in ("", f"{promotion.pk}/change/"):
        assert browser.get(f"/admin/promotion/promotion/{page}").status_code == 200


@pytest.mark.parametrize("role", ["Viewer", "Security administrator", "Key custodian"])
def test_who_may_not_approve_cannot_anywhere(
    calls: Callable[[User], Client], version: ModelVersion, engineer: User, role: str
) -> None:
    """S1-06, S2-15: the same permission in the portal and over REST."""
    promotion = ask(version, actor=actor_of(engineer))
    user = make_user("stranger", role)
    for act in ("approve", "reject"):
        answer = calls(user).post(f"{API}promotions/{promotion.pk}/{act}/", {"reason": "x"}, "application/json")
        assert answer.status_code == 403
        assert sign_in(Client(), user).post(reverse(f"promotion:{act}", args=[promotion.pk])).status_code == 403
    asked = {"alias": "production", "version": 1}
    assert calls(user).post(f"{API}models/arrival-delay/promotions/", asked, "application/json").status_code == 403
    assert sign_in(Client(), user).post("/models/arrival-delay/versions/1/promote/", asked).status_code == 403


def test_a_promotion_of_a_restricted_model_is_not_there(
    calls: Callable[[User], Client], engineer: User, scientist: User
) -> None:
    """S1-06, S2-15: whoever may not see the model neither sees nor decides."""
    from .promoting import be_lenient

    model = make_model(engineer, "secret")
    be_lenient(model)
    version = make_version(model, engineer)
    grants.change_access(model, is_restricted=True, actor=actor_of(engineer))
    promotion = ask(version, actor=actor_of(make_user("asker", "ML engineer")))
    page = reverse("promotion:detail", args=[promotion.pk])
    browser = sign_in(Client(), scientist)
    assert browser.get(page).status_code == 404
    assert str(promotion.pk) not in browser.get("/promotions/?box=waiting").text
    assert calls(scientist).post(f"{API}promotions/{promotion.pk}/approve/", {}, "application/json").status_code == 404
    with pytest.raises(Exception, match="may not see the model"):
        approve(promotion, scientist)


PAIRS = {
    "promotion:inbox": "api-promotions",
    "promotion:overrides": "api-promotion-overrides",
    "promotion:overrides-file": "api-promotion-overrides",
    "promotion:detail": "api-promotion",
    "promotion:approve": "api-promotion-approve",
    "promotion:reject": "api-promotion-reject",
    "promotion:withdraw": "api-promotion-withdraw",
    "promotion:ask": "api-model-promotions",
    "promotion:best": "api-model-promotion-best",
    "promotion:policy": "api-promotion-policy",
    "promotion:policy-edit": "api-promotion-policy",
    "aliases:history": "api-alias-history",
    "aliases:set": "api-aliases",
}


def test_everything_in_the_portal_is_there_over_rest() -> None:
    """S1-06: every page of promotions and aliases has its route of the interface."""
    from django.urls import get_resolver

    from registry.aliases import urls as alias_pages
    from registry.promotion import urls as pages

    names = {f"promotion:{one.name}" for one in pages.urlpatterns}
    names |= {f"aliases:{one.name}" for one in alias_pages.urlpatterns}
    assert names == PAIRS.keys()
    known: Any = get_resolver().reverse_dict
    assert all(name in known for name in PAIRS.values())


def test_people_are_told_by_mail(version: ModelVersion, engineer: User, mailoutbox: list[Any]) -> None:
    """S2-15: who may approve is told that something waits, and who asked what became of it; nobody else."""
    for name, role in (("engineer", ""), ("officer", "Compliance officer"), ("viewer", "Viewer")):
        user = make_user(name, role) if role else engineer
        user.email, user.email_confirmed_at = f"{name}@example.org", user.date_joined
        user.save()
    promotion = ask(version, actor=actor_of(engineer))
    assert send_due() == 1
    assert [mail.to for mail in mailoutbox] == [["officer@example.org"]]
    assert f"/promotions/{promotion.pk}/" in mailoutbox[0].body
    approve(promotion, approver(1), approver(2))
    send_due()
    assert [mail.to for mail in mailoutbox[1:]] == [["engineer@example.org"]]
    assert "approved and done" in mailoutbox[1].body
