"""Policies of retention: what is installed, changed by two people, previewed, held, archived and removed."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.retention import Governed, changing, classes, services
from compliance.retention.checks import find_faults, find_unknown_policies
from compliance.retention.installed import policies, policy_of
from compliance.retention.models import PolicyChange, RetentionPolicy, RetentionRun
from compliance.retention.posture import applied
from compliance.retention.tasks import apply_by_the_clock
from modelops.jobs import schedule
from modelops.jobs.services import run as work
from modelops.lib.errors import Conflict, Invalid, NotAllowed
from registry.deletion.purging import purge_due
from registry.models import DatasetVersion
from tests.accounts.conftest import Clock
from tests.accounts.people import make_user, sign_in
from tests.portal.people import key_for
from tests.registry.samples import make_dataset, make_dataset_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
FOUR = {"profile": 2555, "predictions": 1095, "training_data": 1825, "logs": 365, "other": 365}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr(timezone, "now", own.now)
    return own


@pytest.fixture
def officer() -> Any:
    return make_user("officer", "Compliance officer")


@pytest.fixture
def desk(officer: Any) -> Client:
    return sign_in(Client(), officer)


def page_of(key: str) -> str:
    return reverse("admin:retention_retentionpolicy_change", args=[policy_of(key).pk])


def asked(desk: Client, key: str, **changed: Any) -> PolicyChange:
    """A change that the officer asks for in the admin."""
    given = {"days": 60, "action": policy_of(key).action, "basis": "Art. 5(1)(e)", "archive_days": 400, **changed}
    answer = desk.post(f"{page_of(key).removesuffix('change/')}ask/", {f"ask-{name}": it for name, it in given.items()})
    assert answer.status_code == 302, answer.content
    return PolicyChange.objects.latest("created_at")


def old_version(clock: Clock, days: int, name: str = "flights") -> DatasetVersion:
    """One that was uploaded so many days ago; the database keeps its date as it is."""
    scientist = User.objects.filter(username="scientist").first() or make_user("scientist")
    clock.forward(days=-days)
    version = make_dataset_version(make_dataset(scientist, name=name), scientist)
    clock.forward(days=days)
    return version


def unused_account(days: int) -> Any:
    user = make_user("leaver", "Viewer")
    User.objects.filter(pk=user.pk).update(
        is_active=False, last_login=timezone.now() - dt.timedelta(days=days), email="leaver@example.org"
    )
    return user


def numbers_of(run: RetentionRun) -> dict[str, dict[str, int]]:
    run.refresh_from_db()
    return {key: line for key, line in run.lines.items() if line["due"]}


def test_the_installation_brings_the_four_periods_and_a_year_for_the_rest(desk: Client) -> None:
    """S4-56, S4-57, S4-58, S4-59: 2555, 1095, 1825 and 365 days, and 365 for everything else."""
    assert dict(RetentionPolicy.objects.values_list("data_class", "days")) == FOUR
    page = desk.get(reverse("admin:retention_retentionpolicy_changelist"))
    assert page.status_code == 200
    headers = {"Authorization": f"Bearer {key_for('auditor', 'Compliance officer')}"}
    answer = Client().get("/api/v1/retention-policies/", headers=headers).json()
    assert {one["data_class"]: one["days"] for one in answer} == FOUR
    assert {one["data_class"]: one["action"] for one in answer}["profile"] == "anonymise"


def test_policies_that_are_gone_come_back_as_installed() -> None:
    RetentionPolicy.objects.all().delete()
    assert {row.data_class: row.days for row in policies()} == FOUR
    assert AuditEvent.objects.filter(name="retention.policy.installed").count() == len(FOUR)


def test_an_unknown_class_of_data_is_an_error_and_gets_no_year_by_default() -> None:
    """S4-60, S2-11: a class without a policy fails the system check, and so does a table without a class."""
    with pytest.raises(Invalid, match="no data class 'biometrics'"):
        policy_of("biometrics")
    stray = type("Stray", (Governed,), {"policy": "biometrics", "label": "x", "rule": "x.", "covers": frozenset()})
    assert [fault.id for fault in find_unknown_policies([("a.stray", stray)])] == ["modelops.E015"]
    assert find_unknown_policies(classes.items()) == []
    assert [fault.id for fault in find_faults({"registry.Faces"}, [])] == ["modelops.E010"]


def test_a_change_shows_its_effect_first_and_needs_a_second_person(clock: Clock, desk: Client, officer: Any) -> None:
    """S3-37: asked with the number of rows that it touches; approved by somebody else, in the admin."""
    old_version(clock, 90)
    shown = desk.get(page_of("training_data")).content.decode()
    assert "<tr><td>60</td><td>1</td></tr>" in shown
    assert "<tr><td>180</td><td>0</td></tr>" in shown
    change = asked(desk, "training_data")
    assert change.affected == 1
    approve = reverse("admin:retention_policychange_approve", args=[change.pk])
    refused = desk.post(approve)
    assert refused.status_code == 422
    assert "You asked for this change yourself" in refused.content.decode()
    assert policy_of("training_data").days == 1825
    guard = sign_in(Client(), make_user("guard", "Security administrator"))
    assert guard.post(approve).status_code == 302
    policy = policy_of("training_data")
    assert (policy.days, policy.action, policy.archive_days) == (60, "archive", 400)
    told = AuditEvent.objects.get(name="retention.change.approved")
    assert told.details["asked_by"] == f"user:{officer.pk}"
    assert guard.post(approve).status_code == 422


def test_the_database_itself_wants_two_people(desk: Client, officer: Any) -> None:
    change = asked(desk, "training_data")
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyChange.objects.filter(pk=change.pk).update(state="approved", second_ref=str(officer.pk))


def test_what_was_asked_of_an_older_policy_is_not_approved(desk: Client) -> None:
    """An edit after the request makes the request void."""
    change = asked(desk, "training_data")
    changing.hold(policy_of("training_data"), "proceedings", actor=ACTOR)
    with pytest.raises(Conflict, match="was changed after"):
        changing.approve(change, actor=Actor("user", "00000000-0000-7000-8000-000000000001"))
    with pytest.raises(NotAllowed, match="by a person"):
        changing.approve(change, actor=ACTOR)


@pytest.mark.parametrize(
    ("key", "given", "code"),
    [
        ("logs", {"days": 100}, "retention.bad_period"),
        ("profile", {"action": "archive"}, "retention.bad_action"),
        ("training_data", {"archive_days": None}, "retention.archive_without_end"),
        ("training_data", {"basis": " "}, "retention.basis_missing"),
    ],
)
def test_what_the_class_does_not_allow_is_refused(key: str, given: dict[str, Any], code: str) -> None:
    """S4-59: logs are kept for a year at least."""
    policy = policy_of(key)
    wanted = {"days": 400, "action": policy.action, "basis": "Art. 5", "archive_days": 10, **given}
    with pytest.raises(Invalid) as refusal:
        changing.ask(policy, **wanted, actor=ACTOR)
    assert refusal.value.code == code


def test_a_preview_counts_what_the_removal_then_removes(clock: Clock, desk: Client) -> None:
    """S3-35, S4-74, S4-76, S4-128: with the clock stopped; past its date stands in the list until it is dealt with."""
    version, kept = old_version(clock, 2000), old_version(clock, 100, "newer")
    leaver = unused_account(3000)
    add = reverse("admin:retention_retentionrun_add")
    assert desk.post(add, {}).status_code == 302
    look = RetentionRun.objects.get()
    assert not look.is_executed
    assert work(look.job_id)
    seen = numbers_of(look)
    assert seen["registry.training_data"] == {"due": 1, "removed": 0}
    assert seen["accounts.users"] == {"due": 1, "removed": 0}
    listed = desk.get(reverse("admin:retention_retentionpolicy_changelist")).content.decode()
    assert listed.count('<td class="field-past_their_date">1</td>') == 2
    refused = desk.post(add, {"execute": "on", "confirmation": "yes"})
    assert refused.status_code == 422
    assert "Type REMOVE" in refused.content.decode()
    assert desk.post(add, {"execute": "on", "confirmation": "REMOVE"}).status_code == 302
    removal = RetentionRun.objects.get(is_executed=True)
    assert work(removal.job_id)
    done = numbers_of(removal)
    assert {key: line["removed"] for key, line in done.items()} == {key: line["due"] for key, line in seen.items()}
    version.refresh_from_db()
    leaver.refresh_from_db()
    assert version.is_deleted
    assert DatasetVersion.objects.get(pk=kept.pk).deleted_at is None
    assert (leaver.username, leaver.email) == (f"erased-{str(leaver.pk)[-12:]}", "")
    assert AuditEvent.objects.filter(name="accounts.user.retired", target_id=str(leaver.pk)).count() == 1
    page = desk.get(reverse("admin:retention_retentionrun_change", args=[removal.pk])).content.decode()
    assert "Versions of datasets" in page
    assert "leaver" not in str(removal.lines)
    for handler in (cls() for key, cls in classes.items() if key in done):
        assert handler.due() == 0


def test_a_second_attempt_goes_on_after_the_class_that_was_finished(clock: Clock) -> None:
    """S3-35: numbers are those of the removal, whichever attempt did it."""
    old_version(clock, 2000)
    run = services.start_run(execute=True, actor=ACTOR)
    services.apply_class("registry.training_data", actor=ACTOR, execute=True, run_id=run.pk)
    assert work(run.job_id)
    assert numbers_of(run)["registry.training_data"] == {"due": 1, "removed": 1}
    assert AuditEvent.objects.filter(name="retention.rule.applied").count() == len(numbers_of(run))


def test_the_schedule_removes_each_day_and_a_day_that_did_not_come_is_a_finding(clock: Clock) -> None:
    """S3-35: by the clock."""
    assert "retention.apply_by_the_clock" in schedule.names()
    assert applied().passed
    assert work(RetentionRun.objects.get(pk=apply_by_the_clock()).job_id)
    assert applied().passed
    clock.forward(hours=37)
    assert [finding.key for finding in applied().findings] == ["late"]


def test_a_legal_hold_stops_removal_at_once_and_two_people_lift_it(clock: Clock, desk: Client) -> None:
    """S3-37."""
    version = old_version(clock, 2000)
    base = page_of("training_data").removesuffix("change/")
    assert desk.post(f"{base}hold/", {"hold-reason": "Proceedings 7/26"}).status_code == 302
    services.apply_retention(actor=ACTOR, execute=True)
    version.refresh_from_db()
    assert not version.is_deleted
    change = asked(desk, "training_data", days=1825, lifts_hold="on")
    changing.approve(change, actor=Actor("user", str(make_user("guard", "Security administrator").pk)))
    services.apply_retention(actor=ACTOR, execute=True)
    version.refresh_from_db()
    assert version.is_deleted


def test_what_is_archived_is_hidden_restored_by_one_act_and_purged_at_its_own_date(clock: Clock) -> None:
    """S3-36."""
    old_version(clock, 2000)
    newest = make_dataset_version(DatasetVersion.objects.get().dataset, User.objects.get(username="scientist"))
    services.apply_retention(actor=ACTOR, execute=True)
    scientist = sign_in(Client(), User.objects.get(username="scientist"))
    listed = scientist.get("/datasets/flights/").content.decode()
    assert "/datasets/flights/versions/2/" in listed
    assert "/datasets/flights/versions/1/" not in listed
    first = DatasetVersion._base_manager.get(number=1)
    kept = first.purge_after - first.deleted_at
    assert abs(kept - dt.timedelta(days=policy_of("training_data").archive_days)) < dt.timedelta(hours=1)
    assert "Archived" in scientist.get("/datasets/flights/versions/1/").content.decode()
    assert scientist.post("/datasets/flights/versions/1/restore/").status_code == 302
    assert DatasetVersion.objects.get(number=1).deleted_at is None
    services.apply_retention(actor=ACTOR, execute=True)
    clock.forward(days=1826)
    purge_due(actor=ACTOR)
    assert not DatasetVersion._base_manager.filter(number=1).exists()
    assert DatasetVersion._base_manager.filter(pk=newest.pk).exists()


def test_it_all_goes_over_rest_too() -> None:
    """S3-37, S3-38: asked, approved by another, previewed; a removal only with the word."""
    asks, approves = (
        Client(headers={"Authorization": f"Bearer {key_for(name, 'Compliance officer')}"}) for name in ("one", "two")
    )
    base = "/api/v1/retention-policies/predictions"
    assert asks.get(f"{base}/preview/?days=40").json() == {"days": 40, "affected": 0}
    assert asks.get("/api/v1/retention-policies/biometrics/preview/?days=4").json()["code"] == "retention.unknown_class"
    wanted = {"days": 40, "action": "delete", "basis": "Art. 5(1)(e)"}
    change = asks.post(f"{base}/changes/", wanted, content_type="application/json").json()
    approve = f"/api/v1/retention-changes/{change['id']}/approve/"
    assert asks.post(approve).json()["code"] == "retention.own_change"
    assert approves.post(approve).json()["days"] == 40
    assert approves.post(f"/api/v1/retention-changes/{change['id']}/withdraw/").status_code == 409
    runs = "/api/v1/retention-runs/"
    assert asks.post(runs, {"execute": True}, content_type="application/json").json()["code"] == (
        "retention.not_confirmed"
    )
    assert asks.post(runs, {}, content_type="application/json").json()["is_executed"] is False
