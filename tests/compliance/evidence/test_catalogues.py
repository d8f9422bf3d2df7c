"""A catalogue of controls from CSV or OSCAL is a framework's page with the state of its checks."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.audit.models import AuditEvent
from compliance.evidence.catalogues import MOST_CHARACTERS, lines_of
from compliance.evidence.models import ControlCatalogue
from compliance.registers import services
from tests.accounts.people import make_user, sign_in

from .test_evidence import ACTOR, INCIDENT

pytestmark = pytest.mark.django_db
CSV = (
    "\ufeffReference,Title,Checks\r\n"
    'X.1,"Incidents, dealt with",incidents.closed\r\n'
    "X.2,Retention,retention.applied retention.complete\r\n"
    "X.3,Fire extinguishers,\r\n"
)
OSCAL = {
    "catalog": {
        "uuid": "3b5d1a5e-0000-4000-8000-000000000001",
        "metadata": {"title": "A house standard", "version": "1", "oscal-version": "1.1.2"},
        "groups": [
            {
                "id": "a",
                "title": "A",
                "controls": [
                    {
                        "id": "a-1",
                        "title": "Keys",
                        "props": [{"name": "label", "value": "A.1"}, {"name": "check", "value": "keys.age"}],
                        "controls": [{"id": "a-1.1", "title": "Their backup"}],
                    }
                ],
            }
        ],
    }
}


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_user("officer", "Compliance officer"))


def sent(desk: Client, content: str, name: str = "House rules") -> Any:
    return desk.post(reverse("admin:evidence-import"), {"name": name, "catalogue": content}, follow=True)


def test_a_csv_becomes_a_framework_with_mapped_checks(desk: Client) -> None:
    """S2-71: a page with each control and what the posture found; a control without a check is none that holds."""
    services.open_incident(INCIDENT, actor=ACTOR)
    page = sent(desk, CSV)
    assert page.redirect_chain[-1][0] == "/admin/evidence/frameworks/house-rules/"
    states = {line.reference: line.state for line in lines_of(ControlCatalogue.objects.get())}
    assert states["X.1"] == "findings"
    assert states["X.3"] == "unmapped"
    text = page.content.decode()
    assert "Incidents, dealt with" in text
    assert "No check" in text
    assert "House rules" in desk.get(reverse("admin:evidence")).content.decode()
    told = AuditEvent.objects.get(name="evidence.catalogue.imported").details
    assert (told["controls"], told["mapped"]) == (3, 2)
    sent(desk, CSV.replace("X.3,Fire extinguishers,\r\n", ""))
    assert len(ControlCatalogue.objects.get().controls) == 2


def test_an_oscal_catalogue_brings_its_title_and_nested_controls(desk: Client) -> None:
    """S2-71."""
    sent(desk, json.dumps(OSCAL), name="")
    row = ControlCatalogue.objects.get()
    assert (row.name, [one["reference"] for one in row.controls]) == ("A house standard", ["A.1", "a-1.1"])
    assert [len(line.checks) for line in lines_of(row)] == [1, 0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "required"),
        ("\x00", "Null characters"),
        ("a,b\n1,2\n", "names no column reference, title, checks"),
        ("reference,title,checks\n", "1 to 2,000 controls"),
        ("reference,title,checks\nX,,\n", "no reference or no title"),
        ("reference,title,checks\nX,a,\nX,b,\n", "stands there twice"),
        ("reference,title,checks\nX,a,no.such\n", "There is no check no.such"),
        ('{"catalog": []}', "no OSCAL catalogue"),
        ('{"catalog": {"metadata": {"title": "x"}, "controls": [7]}}', "no OSCAL catalogue"),
        ("x" * (MOST_CHARACTERS + 1), "at most"),
    ],
)
def test_what_is_no_catalogue_is_refused_whole(desk: Client, content: str, says: str) -> None:
    """S2-71: the form says what is wrong, and nothing is kept."""
    answer = sent(desk, content)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not ControlCatalogue.objects.exists()
