"""The registers over REST: the same rows, services and files as in the admin."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compliance.audit.models import AuditEvent
from compliance.registers.models import Breach, Consent, ProcessingActivity
from tests.compliance.registers.test_registers import ART_30, BREACH
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db
ACTIVITY = {**ART_30, "datasets": ["flights", "bookings"]}


class Desk:
    """Calls the API with an officer's key."""

    def __init__(self, role: str = "Compliance officer") -> None:
        self._client = Client(headers={"Authorization": f"Bearer {key_for('caller', role)}"})

    def post(self, path: str, body: dict[str, Any], status: int, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._client.post(
            f"/api/v1/{path}/", json.dumps(body, default=str), content_type="application/json", headers=headers
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self._client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        return answer


def test_an_activity_is_added_once_revised_and_given_out() -> None:
    """S4-55: every field of Art. 30, through the API; it leaves as CSV, JSON and PDF with a row of the ledger."""
    desk = Desk()
    made = desk.post("processing-activities", ACTIVITY, 201, key="a")
    assert desk.post("processing-activities", ACTIVITY, 201, key="a") == made
    assert desk.post("processing-activities", ACTIVITY, 409)["code"] == "activity.exists"
    assert "measures" in str(desk.post("processing-activities", {**ACTIVITY, "measures": ""}, 400))
    revised = desk.post(f"processing-activities/{made['id']}/revise", {"retention": "365 days"}, 200)
    assert (revised["retention"], revised["revision"], revised["purpose"]) == ("365 days", 2, ART_30["purpose"])
    assert [one["name"] for one in desk.get("processing-activities/").json()["results"]] == [ART_30["name"]]
    text = desk.get("processing-activities/export/").text
    assert "'=HYPERLINK(1)" in text
    assert desk.get("processing-activities/export/?as=json").json()["rows"][0]["Revision"] == "2"
    answer = desk.get("processing-activities/export/?as=pdf")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert AuditEvent.objects.filter(name="registers.register.exported").count() == 3
    assert ProcessingActivity.objects.count() == 1


def test_a_consent_is_given_and_withdrawn_and_no_list_names_the_person() -> None:
    """S4-129: with text version, source and withdrawal."""
    desk = Desk()
    desk.post("processing-activities", ACTIVITY, 201)
    who = {"activity": ART_30["name"], "subject": "Ada@example.org"}
    given = desk.post("consents", {**who, "text_version": "3", "source": "web form"}, 201)
    listed = desk.get("consents/")
    assert listed.json()["results"] == [given]
    assert "example.org" not in listed.text
    assert desk.post("consents/withdraw", {**who, "source": "letter"}, 200) == {"withdrawn": 1}
    assert desk.post("consents/withdraw", {**who, "source": "letter"}, 404)["code"] == "consent.not_found"
    assert desk.post("consents", {**who, "activity": "none", "text_version": "3", "source": "x"}, 404)
    assert Consent.objects.get().withdrawal_source == "letter"


def test_a_breach_runs_by_its_clock_to_a_decision() -> None:
    """S4-130: 72 hours, a log, a decision that stays, and the file for the authority."""
    desk = Desk()
    made = desk.post("breaches", {**BREACH, "known_at": timezone.now()}, 201)
    assert made["clock"].endswith("of 72 hours left")
    desk.post(f"breaches/{made['id']}/log", {"text": "The disk was encrypted."}, 201)
    decided = desk.post(f"breaches/{made['id']}/decide", {"state": "notified", "reason": "number 7"}, 200)
    assert (decided["state"], decided["reason"]) == ("notified", "number 7")
    assert desk.post(f"breaches/{made['id']}/decide", {"state": "notified", "reason": "again"}, 409)
    assert "Lost disk" in desk.get("breaches/export/").text
    assert Breach.objects.get().log.count() == 1


def test_a_pipeline_has_no_part_in_it() -> None:
    desk = Desk("Pipeline")
    desk.post("breaches", {**BREACH, "known_at": timezone.now()}, 403)
    desk.post("consents", {}, 403)
    assert not Breach.objects.exists()
