"""Who is on call: turns by the week, somebody standing in, and alerts that reach whose turn it is."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from compliance.audit.models import AuditEvent
from compliance.subjects.providers import Subject
from modelops.lib.errors import Invalid
from monitoring.alerts import services
from monitoring.alerts.on_call.looking import on_call, turns
from monitoring.alerts.on_call.services import cover, create_rota, disable_rota
from monitoring.alerts.on_call.turns import begin_of, turn_at
from monitoring.alerts.personal_data import AlertWork
from monitoring.alerts.policy.services import create_chain
from monitoring.models import Alert, AlertDelivery, OnCallCover, OnCallMember, OnCallRota
from monitoring.models.alerts import Severity
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, open_alert
from tests.monitoring.alerts.test_api import Caller

pytestmark = pytest.mark.django_db

NINE = time(9)


def person(name: str) -> User:
    user = make_user(name, "Data scientist")
    User.objects.filter(pk=user.pk).update(email=f"{name}@plover.example", email_confirmed_at=timezone.now())
    user.refresh_from_db()
    return user


def rota(*people: User, **changes: Any) -> OnCallRota:
    given: dict[str, Any] = {"starts_on": timezone.now().date() - timedelta(days=1), "actor": ACTOR, **changes}
    return create_rota("team", people, **given)


@pytest.mark.parametrize(
    ("at", "turn"),
    [
        (datetime(2026, 3, 23, 8, 0, tzinfo=UTC), 0),  # nine in Vienna
        (datetime(2026, 3, 23, 7, 59, tzinfo=UTC), -1),
        (datetime(2026, 3, 30, 6, 59, tzinfo=UTC), 0),
        (datetime(2026, 3, 30, 7, 0, tzinfo=UTC), 1),  # summer time began: nine is an hour earlier
        (datetime(2026, 4, 6, 7, 0, tzinfo=UTC), 2),
        (datetime(2026, 10, 26, 7, 59, tzinfo=UTC), 30),
        (datetime(2026, 10, 26, 8, 0, tzinfo=UTC), 31),
    ],
)
def test_a_turn_changes_at_its_time_on_the_wall(at: datetime, turn: int) -> None:
    monday = date(2026, 3, 23)
    assert turn_at(monday, NINE, "Europe/Vienna", at) == turn
    assert begin_of(monday, NINE, "Europe/Vienna", turn) <= at < begin_of(monday, NINE, "Europe/Vienna", turn + 1)


def test_people_take_turns_and_somebody_stands_in() -> None:
    one, two, three = (person(name) for name in ("one", "two", "three"))
    team = rota(one, two, starts_on=date(2026, 3, 23))
    begin = begin_of(date(2026, 3, 23), NINE, "UTC", 0)
    weeks = [on_call(team, begin + timedelta(days=7 * number)) for number in range(-1, 4)]
    assert weeks == [None, one, two, one, two], "nobody before the first turn"
    tomorrow = timezone.now() + timedelta(days=1)
    cover(team, two, tomorrow, tomorrow + timedelta(days=2), actor=ACTOR)
    cover(team, three, tomorrow, tomorrow + timedelta(hours=1), actor=ACTOR)
    assert on_call(team, tomorrow) == three
    assert on_call(team, tomorrow + timedelta(hours=2)) == two
    shown = turns(team)
    assert shown[0].starts_at <= timezone.now() < shown[0].ends_at
    assert all(before.ends_at == after.starts_at for before, after in pairwise(shown))
    User.objects.filter(pk=one.pk).update(is_active=False)
    assert on_call(OnCallRota.objects.get(), begin) == two
    disable_rota(team, actor=ACTOR)
    assert on_call(OnCallRota.objects.get(), begin) is None


def test_nobody_is_on_call_before_the_first_day_but_who_covers() -> None:
    """S3-55: the page says nobody until then; somebody who covers is reached all the same."""
    one, two = person("one"), person("two")
    today = timezone.now().date()
    team = rota(one, two, starts_on=today + timedelta(days=10))
    begin = begin_of(team.starts_on, team.hands_over_at, team.timezone, 0)
    assert on_call(team, timezone.now()) is on_call(team, begin - timedelta(minutes=1)) is None
    assert on_call(team, begin) == one
    shown = turns(team)
    assert [turn.user for turn in shown[:3]] == [None, one, two]
    assert shown[0].starts_at <= timezone.now() < shown[0].ends_at == begin == shown[1].starts_at
    cover(team, two, timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1), actor=ACTOR)
    assert on_call(OnCallRota.objects.get(), timezone.now()) == two
    assert [turn.user for turn in turns(OnCallRota.objects.get())[:3]] == [two, None, one]


def test_an_escalation_reaches_whoever_is_on_call() -> None:
    """S3-55: the address is looked up when the message goes out, so a stand-in gets what waits."""
    first, second = person("first"), person("second")
    team = rota(first, second)
    hours = services.Hours(is_direct=False)
    channel = services.create_channel("duty", "on_call", {"rota": "team"}, hours=hours, actor=ACTOR)
    create_chain("night", [(channel, 60)], actor=ACTOR)
    open_alert(severity=Severity.HIGH)
    Alert.objects.update(opened_at=timezone.now() - timedelta(minutes=2))
    assert services.follow_up() == 1
    cover(team, second, timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1), actor=ACTOR)
    assert services.deliver_due() == 1
    (sent,) = mail.outbox
    assert sent.to == ["second@plover.example"]
    assert AlertDelivery.objects.get().state == "delivered"


def test_nobody_on_call_is_a_failure_that_is_tried_again() -> None:
    alone = person("alone")
    team = rota(alone)
    services.create_channel("duty", "on_call", {"rota": "team"}, actor=ACTOR)
    User.objects.update(email_confirmed_at=None)
    open_alert("aa")
    services.deliver_due()
    assert "has no confirmed address" in AlertDelivery.objects.get().last_reason
    disable_rota(team, actor=ACTOR)
    AlertDelivery.objects.update(next_attempt_at=timezone.now())
    services.deliver_due()
    assert AlertDelivery.objects.get().last_reason == "Nobody is on call in the rota team."
    assert AlertDelivery.objects.get().state == "failed"
    with pytest.raises(Invalid, match="no rota team that is on"):
        services.create_channel("other", "on_call", {"rota": "team"}, actor=ACTOR)


def test_a_rota_over_rest() -> None:
    caller = Caller("ML engineer", ["all"])
    person("one")
    given = {
        "name": "team",
        "people": ["one", "ml_engineer"],
        "starts_on": str(timezone.now().date() - timedelta(days=1)),
    }
    made = caller.post("alert-rotas/", given, 201)
    assert made["people"] == ["one", "ml_engineer"]
    assert {turn["user"] for turn in made["turns"]} == {"one", "ml_engineer"}
    now = timezone.now()
    span = {"starts_at": str(now), "ends_at": str(now + timedelta(hours=1))}
    assert caller.post(f"alert-rotas/{made['id']}/covers/", {"user": "one", **span}, 201)["user"] == "one"
    assert caller.get("alert-rotas/")["results"][0]["turns"][0]["user"] == "one"
    make_user("looker", "Viewer")
    for name in ("looker", "nobody_at_all"):
        refused = caller.post("alert-rotas/", {**given, "name": "b", "people": [name]}, 400)
        assert (refused["code"], refused["detail"]) == ("rota.invalid", f"{name} is nobody who may change alerts.")
    late = {"user": "one", "starts_at": str(now), "ends_at": str(now + timedelta(days=61))}
    assert caller.post(f"alert-rotas/{made['id']}/covers/", late, 400)["code"] == "rota.invalid"
    assert caller.post("alert-rotas/", given, 409)["code"] == "rota.exists"
    assert caller.post(f"alert-rotas/{made['id']}/disable/")["turns"] == []
    names = set(AuditEvent.objects.filter(name__startswith="monitoring.rota").values_list("name", flat=True))
    assert names == {f"monitoring.rota.{what}" for what in ("created", "covered", "disabled")}


def test_a_rota_in_the_portal(client: Client) -> None:
    user = person("one")
    person("two")
    page = sign_in(client, user)
    form = {"name": "team", "people": "one\ntwo\n", "starts_on": "2026-11-02", "hands_over_at": "09:00"}
    assert page.post("/alerts/on-call/", {**form, "timezone": "Mars/Base"}).status_code == 422
    assert page.post("/alerts/on-call/", {**form, "people": "nobody", "timezone": "UTC"}).status_code == 422
    assert page.post("/alerts/on-call/", {**form, "timezone": "UTC"}).status_code == 302
    team = OnCallRota.objects.get()
    now = timezone.now()
    given = {"user": str(user.pk), "starts_at": f"{now:%Y-%m-%dT%H:%M}", "ends_at": f"{now:%Y-%m-%dT%H:%M}"}
    refused = page.post(f"/alerts/on-call/{team.pk}/cover/", given)
    assert refused.status_code == 422
    assert "ends after it begins" in refused.content.decode()
    given["ends_at"] = f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}"
    assert page.post(f"/alerts/on-call/{team.pk}/cover/", given).status_code == 302
    shown = page.get("/alerts/on-call/").content.decode()
    assert "team" in shown
    assert OnCallCover.objects.get().user == user
    assert page.post(f"/alerts/on-call/{team.pk}/disable/").status_code == 302
    assert not OnCallRota.objects.get().enabled


@pytest.mark.django_db(transaction=True)
def test_who_is_forgotten_leaves_the_rota() -> None:
    one, two = person("one"), person("two")
    team = rota(one, two)
    cover(team, one, timezone.now(), timezone.now() + timedelta(hours=1), actor=ACTOR)
    subject = Subject(ref="one", account_ids=frozenset({one.pk}))
    provider = AlertWork()
    told = [row.fields for row in provider.export(subject) if row.section == "monitoring.on_call"]
    assert [(row["rota"], row["ends_at"] is None) for row in told] == [("team", True), ("team", False)]
    assert provider.find(subject) == 2
    assert provider.erase(subject, actor=ACTOR) == 2
    assert [member.user for member in OnCallMember.objects.all()] == [two]
    assert AuditEvent.objects.filter(name="monitoring.rota.left").count() == 1
    unexplained = AuditEvent.objects.filter(name="watching.rows.changed").values_list("details", flat=True)
    assert [one for one in unexplained if one["model"].startswith("monitoring.")] == []


def test_the_officer_reads_a_rota_in_the_admin_and_changes_nothing_there(client: Client) -> None:
    """Who is on call stands on its page, whose opening is a row of the ledger; the list names nobody."""
    made = rota(person("first_one"), person("second_one"))
    officer = sign_in(client, make_user("officer", "Compliance officer"))
    listed = officer.get(reverse("admin:monitoring_oncallrota_changelist")).text
    assert "team" in listed
    assert "first_one" not in listed
    page = officer.get(reverse("admin:monitoring_oncallrota_change", args=[made.pk])).text
    assert "first_one until" in page
    assert "second_one until" in page
    assert AuditEvent.objects.filter(name="audit.admin_object.viewed", target_id=str(made.pk)).exists()
    assert officer.post(reverse("admin:monitoring_oncallrota_change", args=[made.pk]), {}).status_code == 403
    assert officer.get(reverse("admin:monitoring_oncallrota_add")).status_code == 403
