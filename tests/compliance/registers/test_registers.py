"""The registers: Art. 30 with its files, consents and their withdrawal, breaches by the clock, incidents, trainings."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.registers import posture, services
from compliance.registers.models import Breach, Consent, Incident, LogEntry, ProcessingActivity, RegisterItem
from compliance.registers.personal_data import Consents
from compliance.subjects.providers import Subject
from modelops.lib.errors import Conflict, Invalid, NotFound
from monitoring.alerts import services as alerts
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert
from registry.aliases.gate import gates
from tests.accounts.conftest import Clock
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import make_channel
from tests.receivers import HttpReceiver
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
ART_30 = {
    "name": "Prediction of delays",
    "controller": "Airport, Data Office, dpo@example.org",
    "purpose": "=HYPERLINK(1)",
    "basis": "consent",
    "subjects": "Passengers",
    "categories": "Bookings",
    "recipients": "Ground staff",
    "transfers": "None",
    "retention": "1095 days",
    "measures": "Encryption at rest",
    "datasets": "flights, bookings",
}
BREACH = {
    "title": "Lost disk",
    "nature": "A disk was lost",
    "categories": "Staff, addresses",
    "subject_count": 30,
    "record_count": 90,
    "contact": "dpo@example.org",
    "consequences": "Unwanted mail",
    "measures": "The key was destroyed",
}


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_user("officer", "Compliance officer"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr(timezone, "now", own.now)
    return own


def activity(desk: Client, **changed: str) -> ProcessingActivity:
    answer = desk.post(reverse("admin:registers_processingactivity_add"), {**ART_30, **changed})
    assert answer.status_code == 302, answer.content
    return ProcessingActivity.objects.latest("changed_at")


def test_an_activity_has_every_field_of_article_30_and_so_have_its_files(desk: Client) -> None:
    """S4-55, S2-68: created by the officer; the CSV has no formula, the JSON the same rows."""
    made = activity(desk)
    assert made.datasets == ["flights", "bookings"]
    missing = desk.post(reverse("admin:registers_processingactivity_add"), {"name": "Half"})
    assert missing.status_code == 422
    text = desk.get(reverse("admin:registers_activities_export", args=["csv"])).content.decode()
    [row] = list(csv.DictReader(io.StringIO(text)))
    assert row["Purposes"] == "'=HYPERLINK(1)"
    assert {"Controller and contact", "Legal basis", "Categories of people", "Categories of data", "Recipients",
            "Transfers to other countries and safeguards", "Time limits of erasure",
            "Security measures"} <= row.keys()  # fmt: skip
    assert all(row[name] for name in row if name != "Ended")
    rows = desk.get(reverse("admin:registers_activities_export", args=["json"])).json()["rows"]
    assert rows[0]["Purposes"] == "=HYPERLINK(1)"
    assert desk.get(reverse("admin:registers_activities_export", args=["xlsx"])).status_code in {302, 404}
    revise = reverse("admin:registers_processingactivity_revise", args=[made.pk])
    assert desk.post(revise, {"revise-recipients": "Nobody"}).status_code == 302
    made.refresh_from_db()
    assert (made.revision, made.recipients, made.purpose) == (2, "Nobody", "=HYPERLINK(1)")
    assert AuditEvent.objects.filter(name="registers.register.exported").count() == 2


def test_a_consent_has_its_text_and_source_and_is_found_by_the_person_alone(desk: Client) -> None:
    """S4-129: recorded by the officer, sealed, exported to the person, withdrawn with its source."""
    made = activity(desk)
    assert [finding.key for finding in posture.consents().findings] == [f"without:{made.pk}"]
    given = {"activity": str(made.pk), "subject": "Ada@Example.org", "text_version": "2026-01", "source": "web form"}
    assert desk.post(reverse("admin:registers_consent_add"), given).status_code == 302
    assert posture.consents().passed
    row = Consent.objects.get()
    assert Consents().find(Subject(email="ada@example.org")) == 1
    assert Consents().find(Subject(email="bob@example.org")) == 0
    page = desk.get(reverse("admin:registers_consent_changelist")).content.decode()
    assert "2026-01" in page
    assert "ada@" not in page.lower()
    before = row.given_at - dt.timedelta(days=1)
    assert services.withdrawn_after("flights", before) == 0
    withdraw = reverse("admin:registers_consent_withdraw", args=[row.pk])
    assert desk.post(withdraw, {"withdraw-source": "letter"}).status_code == 302
    assert services.withdrawn_after("flights", before) == 1
    assert services.withdrawn_after("flights", timezone.now()) == 0
    assert desk.post(withdraw, {"withdraw-source": "letter"}).status_code == 422
    assert "ada" not in str(list(AuditEvent.objects.values_list("details", flat=True))).lower()
    assert Consents().erase(Subject(email="ada@example.org"), actor=ACTOR) == 1


def test_nothing_is_promoted_that_was_trained_on_data_of_before_a_withdrawal(desk: Client) -> None:
    """S4-129: a withdrawal blocks the use of older data at the gates, and of that data only."""
    made = activity(desk)
    scientist = make_user("dan", "Data scientist")
    flights = make_dataset(scientist, "flights")
    older, other = (
        make_dataset_version(flights, scientist),
        make_dataset_version(make_dataset(scientist, "weather"), scientist),
    )
    services.give_consent(made, "ada@example.org", text_version="1", source="form", actor=ACTOR)
    model = make_model(scientist)
    version = make_version(model, scientist, datasets=[older, other])
    gate = gates.get("consent")()
    assert gate.check(version)[0]
    services.withdraw_consent(made, "ada@example.org", source="letter", actor=ACTOR)
    passed, said = gate.check(version)
    assert (passed, "1 since flights" in said, "weather" in said, "ada" in said) == (False, True, False, False)
    newer = make_dataset_version(flights, scientist, content=b"a,b\n1,2\n3,5\n")
    assert gate.check(make_version(model, scientist, datasets=[newer]))[0]


def test_only_an_activity_on_consent_takes_consents(desk: Client) -> None:
    """Refused with what is expected."""
    made = activity(desk, basis="contract")
    with pytest.raises(Invalid, match="not on consent"):
        services.give_consent(made, "ada@example.org", text_version="1", source="x", actor=ACTOR)
    with pytest.raises(NotFound):
        services.withdraw_consent(made, "ada@example.org", source="x", actor=ACTOR)


def test_a_breach_runs_by_a_clock_of_72_hours_and_is_told_at_24_48_and_66(clock: Clock, desk: Client) -> None:
    """S4-130: the clock is visible; an alert at each stage; the export has the contents of Art. 33(3)."""
    known = timezone.now()
    given = {**BREACH, "known_at": f"{known:%Y-%m-%d %H:%M:%S}"}
    assert desk.post(reverse("admin:registers_breach_add"), given).status_code == 302
    breach = Breach.objects.get()
    page = reverse("admin:registers_breach_change", args=[breach.pk])
    assert "of 72 hours left" in desk.get(page).content.decode()
    seen = []
    for hours in (0, 24, 24, 18, 7):
        clock.forward(hours=hours)
        [finding] = posture.breaches().findings
        seen.append((finding.key.rpartition(":")[2], finding.severity))
    assert seen == [("0", "warning"), ("24", "warning"), ("48", "high"), ("66", "critical"), ("72", "critical")]
    assert breach.clock.endswith("late")
    watch_controls()
    assert Alert.objects.filter(key=f"finding:breaches.in_time:{breach.pk}:72", severity="critical").exists()
    with pytest.raises(Invalid, match="future"):
        services.open_breach({**BREACH, "known_at": timezone.now() + dt.timedelta(hours=1)}, actor=ACTOR)


def test_a_breach_is_decided_once_with_a_reason_and_keeps_its_log(desk: Client) -> None:
    """S4-130: the decision log, and every field of Art. 33(3) in the file."""
    breach = services.open_breach({**BREACH, "known_at": timezone.now()}, actor=ACTOR)
    log = reverse("admin:registers_breach_log", args=[breach.pk])
    assert desk.post(log, {"log-text": "The disk was encrypted"}).status_code == 302
    decide = reverse("admin:registers_breach_decide", args=[breach.pk])
    assert desk.post(decide, {"decide-state": "notified", "decide-reason": ""}).status_code == 422
    assert desk.post(decide, {"decide-state": "notified", "decide-reason": "Number 7/26"}).status_code == 302
    assert desk.post(decide, {"decide-state": "notified", "decide-reason": "Again"}).status_code == 422
    assert posture.breaches().passed
    assert LogEntry.objects.get(breach=breach).text == "The disk was encrypted"
    text = desk.get(reverse("admin:registers_breaches_export", args=["csv"])).content.decode()
    [row] = list(csv.DictReader(io.StringIO(text)))
    for field in ("Nature", "Categories of people and data", "People, approximately", "Records, approximately",
                  "Contact point", "Likely consequences", "Measures", "Reason"):  # fmt: skip
        assert row[field]


def test_an_incident_pages_and_ends_with_what_was_learned(
    desk: Client, http_receiver: HttpReceiver, settings: Any
) -> None:
    """S4-118: opened by the officer; the contacts are paged by channel, a clock runs, closed once with a lesson."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS, settings.MODELOPS_ALERT_GROUP_WAIT_S = True, 0
    make_channel("contacts", url=f"{http_receiver.url}/page", minimum_severity="critical")
    given = {"title": "Odd sign-ins", "severity": "critical", "summary": "See the ledger", "lead": "Security"}
    assert desk.post(reverse("admin:registers_incident_add"), given).status_code == 302
    incident = Incident.objects.get()
    watch_controls()
    alert = Alert.objects.get(key=f"finding:incidents.closed:open:{incident.pk}")
    assert (alert.severity, "Odd sign-ins" in alert.title) == ("critical", False)
    alerts.deliver_due()
    assert any(b"An incident of severity critical is open since" in page.body for page in http_receiver.requests)
    shown = desk.get(reverse("admin:registers_incident_change", args=[incident.pk])).text
    assert "open for 0 hours" in shown
    close = reverse("admin:registers_incident_close", args=[incident.pk])
    assert desk.post(close, {"close-lesson": "Passkeys for all"}).status_code == 302
    watch_controls()
    alert.refresh_from_db()
    assert alert.state == "resolved"
    with pytest.raises(Conflict):
        services.close_incident(incident, "again", actor=ACTOR)


def test_what_is_due_is_told_two_weeks_before_and_when_it_is_late(clock: Clock, desk: Client) -> None:
    """S4-117, S4-121: trainings and penetration tests; overdue is red."""
    due = timezone.now().date() + dt.timedelta(days=20)
    for kind in ("training", "penetration_test"):
        given = {"kind": kind, "title": "Yearly", "who": "Data team", "due_on": due.isoformat()}
        assert desk.post(reverse("admin:registers_registeritem_add"), given).status_code == 302
    assert posture.items().passed
    clock.forward(days=7)
    assert {finding.severity for finding in posture.items().findings} == {"warning"}
    clock.forward(days=15)
    assert {finding.severity for finding in posture.items().findings} == {"high"}
    for item in RegisterItem.objects.all():
        services.finish_item(item, due, "https://evidence.example.org/7", actor=ACTOR)
    assert posture.items().passed


def test_nobody_else_sees_the_registers() -> None:
    scientist = sign_in(Client(), make_user("scientist"))
    for name in ("processingactivity", "consent", "breach", "incident", "registeritem"):
        assert scientist.get(reverse(f"admin:registers_{name}_changelist")).status_code in {302, 403}
