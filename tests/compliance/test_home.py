"""The first page of the admin says what is due today, and each line leads to where it is done."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from compliance.audit import Actor
from compliance.evidence.home import Due, due_today
from compliance.registers import services as registers
from compliance.reviews import services as reviews
from compliance.reviews.models import AccessReview
from compliance.subjects.models import SubjectRequest
from tests.accounts.people import make_user, sign_in
from tests.compliance.cases import open_case
from tests.compliance.registers.test_registers import BREACH

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")


def told(user: object) -> dict[str, Due]:
    return {line.label: line for line in due_today(user)}


def test_the_officer_sees_what_is_due_and_is_led_to_it(client: Client) -> None:
    """S4-62, S4-116, S4-130: requests by their clocks, breaches, reviews, retention, findings and the ledger."""
    officer = make_user("officer", "Compliance officer")
    assert {label: line.value for label, line in told(officer).items() if label.startswith(("Req", "Bre", "Acc"))} == {
        "Requests of people": "0", "Breaches to decide": "0", "Access reviews to sign": "0",
    }  # fmt: skip
    request = open_case()
    SubjectRequest.objects.filter(pk=request.pk).update(due_at=timezone.now() + dt.timedelta(hours=2))
    registers.open_breach({**BREACH, "known_at": timezone.now() - dt.timedelta(hours=80)}, actor=ACTOR)
    reviews.open_campaign(reviews.quarter_of(timezone.now()), actor=ACTOR)
    AccessReview.objects.update(due_at=timezone.now() - dt.timedelta(days=1))
    lines = told(officer)
    assert (lines["Requests of people"].value, lines["Requests of people"].tone) == ("1", "warn")
    assert (lines["Breaches to decide"].value, lines["Breaches to decide"].tone) == ("1", "bad")
    assert lines["Breaches to decide"].note == "8 hours late"
    assert (lines["Access reviews to sign"].value, lines["Access reviews to sign"].tone) == ("1", "bad")
    assert lines["Findings of the posture"].tone == "bad"
    assert {"Retention", "Audit log", "Trainings and tests"} <= lines.keys()
    page = sign_in(client, officer).get("/admin/").text
    assert "Due today" in page
    assert "style=" not in page
    for line in lines.values():
        assert line.label in page
        assert client.get(re.sub("&amp;", "&", line.url)).status_code == 200, line.url


def test_others_see_only_what_they_may_open(client: Client) -> None:
    guard = make_user("guard", "Security administrator")
    assert set(told(guard)) == {"Retention", "Audit log", "Findings of the posture"}
    custodian = make_user("custodian", "Key custodian")
    assert told(custodian) == {}
    assert "Due today" not in sign_in(client, custodian).get("/admin/").text
