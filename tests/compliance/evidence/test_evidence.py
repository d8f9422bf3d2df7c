"""Figures are counted from rows, articles lead to live evidence, and one click gives a signed pack of a period."""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.events import event_classes
from compliance.audit.exporting.signing import public_keys
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.note import check
from compliance.evidence.frameworks import DEMANDS
from compliance.evidence.kpis import kpis
from compliance.evidence.pack import PARTS, quarter_before
from compliance.posture import looking
from compliance.posture.looking import look_at_all
from compliance.registers import services
from modelops.lib.posture import controls
from tests.accounts.people import make_user, sign_in
from tests.compliance.cases import open_case
from tests.compliance.registers.test_registers import BREACH

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
INCIDENT = {"title": "x", "severity": "critical", "summary": "y", "lead": "Security"}


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_user("officer", "Compliance officer"))


def figures() -> dict[str, tuple[str, str]]:
    return {one.key: (one.value, one.tone) for one in kpis()}


def test_a_critical_incident_turns_its_tile_to_one_with_a_link(desk: Client) -> None:
    """S4-123."""
    assert figures()["incidents"] == ("0", "good")
    services.open_incident(INCIDENT, actor=ACTOR)
    assert figures()["incidents"] == ("1", "bad")
    assert reverse("admin:evidence") in desk.get(reverse("admin:index")).content.decode()
    page = desk.get(reverse("admin:evidence")).content.decode()
    assert reverse("admin:registers_incident_changelist") in page


@pytest.mark.parametrize("page", ["admin:evidence", "admin:evidence-pack", "admin:posture"])
def test_a_page_looks_at_the_controls_once(desk: Client, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """Each look asks hundreds of questions of the database."""
    looks = []
    monkeypatch.setattr(looking, "controls", lambda: looks.append(1) or controls())
    if page.endswith("pack"):
        since, until = quarter_before(timezone.now())
        answer = desk.post(reverse(page), {"since": f"{since:%Y-%m-%d}", "until": f"{until:%Y-%m-%d}"})
    else:
        answer = desk.get(reverse(page))
    assert (answer.status_code, len(looks)) == (200, 1)


def test_every_figure_comes_from_rows() -> None:
    """S4-126, S4-127, S4-128, S4-129, S4-130: encrypted, answered, past its date, consented, notified."""
    found = figures()
    assert set(found) == {"incidents", "reviews", "audit", "encrypted", "requests", "retention", "consents", "breaches",
                          "vulnerabilities"}  # fmt: skip
    assert found["encrypted"][1] == "good"
    assert found["breaches"] == ("100 %", "good")
    late = {**BREACH, "known_at": timezone.now() - timedelta(hours=80)}
    services.open_breach(late, actor=ACTOR)
    assert figures()["breaches"] == ("0 %", "bad")
    case = open_case()
    rows = type(case).objects.filter(pk=case.pk)
    rows.update(due_at=timezone.now() - timedelta(days=1))
    assert figures()["requests"] == ("–", "bad")


def test_the_tile_of_requests_says_when_there_is_nothing_to_measure() -> None:
    """S4-126: no request, none answered, one answered within six days."""

    def told() -> tuple[str, str]:
        return next((one.value, one.note) for one in kpis() if one.key == "requests")

    assert told() == ("–", "none has come in")
    case = open_case()
    assert told() == ("–", "none answered yet; 0 overdue")
    type(case).objects.filter(pk=case.pk).update(state="refused", closed_at=case.received_at + timedelta(days=6))
    assert told() == ("6.0", "median days; 95 of 100 within 6.0; 0 overdue")


def test_articles_and_controls_lead_to_live_evidence(desk: Client) -> None:
    """S2-68, S4-105, S4-106, S4-131: each with a page that opens, and its state from the checks, not from a tick."""
    areas = {one.area for one in controls()}
    page = desk.get(reverse("admin:evidence")).content.decode()
    for demand in DEMANDS:
        assert demand.reference in page
        assert reverse(demand.page) in page
    assert {"Access", "Encryption", "Privacy"} <= areas
    assert {area for demand in DEMANDS for area in demand.areas} <= areas
    names = [one.name for one in event_classes().values()]
    for action in (action for demand in DEMANDS for action in demand.actions):
        assert any(name.startswith(action) for name in names), action
    assert {one.framework for one in DEMANDS} == {"GDPR", "CCPA", "HIPAA", "SOC 2", "ISO 27001", "OWASP AISVS"}


def test_every_finding_says_how_to_put_it_right() -> None:
    """S2-67."""
    services.open_incident(INCIDENT, actor=ACTOR)
    findings = [finding for one in look_at_all() for finding in one.outcome.findings]
    assert findings
    assert all(finding.fix.strip() for finding in findings)


def test_one_click_gives_a_signed_pack_of_the_period(desk: Client) -> None:
    """S2-73: reviews, changes, approvals, incidents and proofs, under a manifest that anybody can check."""
    services.open_incident(INCIDENT, actor=ACTOR)
    now = timezone.now()
    period = {"since": f"{now - timedelta(days=1):%Y-%m-%d}", "until": f"{now + timedelta(days=1):%Y-%m-%d}"}
    answer = desk.post(reverse("admin:evidence-pack"), period)
    assert answer["Content-Type"] == "application/zip"
    pack = zipfile.ZipFile(io.BytesIO(answer.content))
    names = set(pack.namelist())
    assert {f"{part}.csv" for part in PARTS} <= names
    assert {"register-activities.csv", "figures.json", "posture.json", "checkpoint.note"} <= names
    manifest = json.loads(pack.read("manifest.json"))
    for name, digest in manifest["files"].items():
        assert hashlib.sha256(pack.read(name)).hexdigest() == digest
    assert names - {"manifest.json", "manifest.note", "keys.txt"} == set(manifest["files"])
    head, _ = check(pack.read("manifest.note").decode(), public_keys())
    assert head.root == hashlib.sha256(pack.read("manifest.json")).digest()
    assert "registers.incident.opened" in pack.read("incidents.csv").decode()
    told = AuditEvent.objects.get(name="evidence.pack.given")
    assert told.details["sha256"] == hashlib.sha256(pack.read("manifest.json")).hexdigest()


def test_a_period_that_is_none_is_refused_and_nobody_else_gets_a_pack(desk: Client) -> None:
    """Refused with the reason at the field."""
    refused = desk.post(reverse("admin:evidence-pack"), {"since": "2026-04-01", "until": "2026-01-01"})
    assert refused.status_code == 422
    assert "must end after it begins" in refused.content.decode()
    scientist = sign_in(Client(), make_user("scientist"))
    assert scientist.post(reverse("admin:evidence-pack"), {}).status_code in {302, 403}


@pytest.mark.parametrize(
    ("moment", "begin", "end"),
    [
        ((2026, 5, 3), (2026, 1), (2026, 4)),
        ((2026, 2, 1), (2025, 10), (2026, 1)),
        ((2026, 12, 31), (2026, 7), (2026, 10)),
    ],
)
def test_the_last_whole_quarter(moment: tuple[int, int, int], begin: tuple[int, int], end: tuple[int, int]) -> None:
    since, until = quarter_before(datetime(*moment, tzinfo=UTC))
    assert ((since.year, since.month), (until.year, until.month)) == (begin, end)


def test_the_controls_of_annex_a_are_exported_with_evidence_and_its_date(desk: Client) -> None:
    """S2-72: each control of ISO 27001 Annex A with the page of its evidence and the day of the newest proof."""
    services.open_incident(INCIDENT, actor=ACTOR)
    answer = desk.get(reverse("admin:evidence-framework"), {"framework": "ISO 27001"})
    assert answer["Content-Disposition"].startswith('attachment; filename="iso-27001-')
    rows = {row["reference"]: row for row in csv.DictReader(io.StringIO(answer.content.decode()))}
    assert set(rows) == {one.reference for one in DEMANDS if one.framework == "ISO 27001"}
    assert len(rows) >= 15
    for row in rows.values():
        assert desk.get(urlsplit(row["evidence"]).path).status_code == 200
        assert datetime.fromisoformat(row["looked at"]) <= timezone.now()
    incidents = rows["A.5.24–A.5.28"]
    told = AuditEvent.objects.filter(name__startswith="registers.incident.").latest("recorded_at")
    assert datetime.fromisoformat(incidents["evidence of"]) <= told.recorded_at
    assert incidents["state"] == "findings"
    refused = desk.get(reverse("admin:evidence-framework"), {"framework": "none"})
    assert refused.status_code == 400


def test_the_checklist_is_the_posture_and_nothing_else(desk: Client) -> None:
    """S2-66: a line for each control with the state that the posture has; no list beside it."""
    services.open_incident(INCIDENT, actor=ACTOR)
    page = desk.get(reverse("admin:checklist")).content.decode()
    lines = dict(re.findall(r'<li id="([\w.-]+)">(.*?)</li>', page, re.DOTALL))
    seen = {one.control.key: one.outcome for one in look_at_all()}
    assert set(lines) == set(seen)
    for key, outcome in seen.items():
        state = "Not asked for here" if not outcome.applies else "Done" if outcome.passed else "To do"
        assert f">{state}<" in lines[key] or state in lines[key]
    assert "To do" in lines["incidents.closed"]
