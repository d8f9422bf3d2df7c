"""Who is in data that stands on consent and has agreed to nothing: told, listed by reference, and kept out of use."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.evidence.kpis import kpis
from compliance.registers import people, posture, services
from compliance.registers.models import Consent, ProcessingActivity
from modelops.lib.ids import uuid7
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert
from registry.aliases.gate import gates
from tests.accounts.people import make_user, sign_in
from tests.compliance.registers.test_registers import activity
from tests.portal.people import key_for
from tests.registry.people.cases import with_people
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
TABLE = b"passenger,delay\nAda@Example.org,2\nbob@example.org,3\nada@example.org,4\n7,5\n"


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_user("officer", "Compliance officer"))


@pytest.fixture
def scientist() -> Any:
    return make_user("dan", "Data scientist")


def listed(desk: Client, made: ProcessingActivity, query: str = "") -> list[list[str]]:
    """The rows of the list on the activity's page: reference, versions, rows, consent."""
    shown = desk.get(reverse("admin:registers_processingactivity_change", args=[made.pk]) + query).text
    assert "example.org," not in shown.replace("dpo@example.org", "")
    assert "ada@" not in shown.lower()
    found = re.findall(r"<tr><td>([0-9a-f]{16})</td><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td></tr>", shown)
    return [list(row) for row in found]


def consent(desk: Client, made: ProcessingActivity, who: str) -> Consent:
    given = {"activity": str(made.pk), "subject": who, "text_version": "2026-01", "source": "web form"}
    assert desk.post(reverse("admin:registers_consent_add"), given).status_code == 302
    return Consent.objects.latest("id")


def test_everybody_in_the_data_without_a_consent_is_listed(desk: Client, scientist: Any) -> None:
    """S4-129: by reference on the page of the activity, as a finding and an alert; gone with the last consent."""
    made = activity(desk)
    assert posture.people().passed
    data = with_people(make_dataset(scientist, "flights"), scientist, TABLE)
    with_people(make_dataset(scientist, "weather"), scientist, TABLE)  # no data of the activity
    rows = listed(desk, made)
    assert sorted(row[1:] for row in rows) == sorted([[str(data), many, "never recorded"] for many in ("2", "1", "1")])
    [finding] = posture.people().findings
    assert "3 people in data of the activity Prediction of delays have no consent in force" in finding.title
    assert finding.url == reverse("admin:registers_processingactivity_change", args=[made.pk])
    tile = next(one for one in kpis() if one.key == "consents")
    assert (tile.value, tile.tone) == ("0 %", "bad")
    watch_controls()
    alert = Alert.objects.get(key=f"finding:consents.people:people:{made.pk}")
    consent(desk, made, "ADA@example.org ")
    left = listed(desk, made)
    assert [row[2] for row in left] == ["1", "1"]
    assert {row[0] for row in left} < {row[0] for row in rows}
    consent(desk, made, "7")
    last = consent(desk, made, "bob@example.org")
    assert listed(desk, made) == []
    assert posture.people().passed
    watch_controls()
    alert.refresh_from_db()
    assert alert.state == "resolved"
    tile = next(one for one in kpis() if one.key == "consents")
    assert (tile.value, tile.tone) == ("100 %", "good")
    withdraw = reverse("admin:registers_consent_withdraw", args=[last.pk])
    assert desk.post(withdraw, {"withdraw-source": "letter"}).status_code == 302
    assert [row[1:] for row in listed(desk, made)] == [[str(data), "1", "taken back"]]
    assert "1 person in data" in posture.people().findings[0].title
    assert "example.org" not in str(list(AuditEvent.objects.values_list("details", flat=True))).lower()


def test_whoever_took_back_their_consent_blocks_data_of_before_and_of_after(desk: Client, scientist: Any) -> None:
    """S4-129: the next gate refuses data of before the withdrawal, and later data with the person."""
    made = activity(desk)
    flights = make_dataset(scientist, "flights")
    model = make_model(scientist)
    before = make_version(model, scientist, datasets=[with_people(flights, scientist, TABLE)])
    row = consent(desk, made, "bob@example.org")
    gate = gates.get("consent")()
    assert gate.check(before)[0]
    assert desk.post(reverse("admin:registers_consent_withdraw", args=[row.pk]), {"withdraw-source": "x"})
    assert not gate.check(before)[0]
    still = make_version(model, scientist, datasets=[with_people(flights, scientist, TABLE)])
    passed, said = gate.check(still)
    assert (passed, "1 before, and flights v2 holds their rows all the same" in said, "bob" in said) == (
        False, True, False,
    )  # fmt: skip
    without = with_people(flights, scientist, TABLE.replace(b"bob@example.org,3\n", b""))
    assert gate.check(make_version(model, scientist, datasets=[without]))[0]
    consent(desk, made, "bob@example.org")
    assert gate.check(still)[0]


def test_a_long_list_comes_in_pages_and_is_counted_up_to_a_bound(
    desk: Client, scientist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-129: each person once, a page at a time; a reference that is none begins the list."""
    made = activity(desk)
    monkeypatch.setattr(posture, "COUNTED", 100)
    table = b"passenger,delay\n" + b"".join(b"p%d,1\n" % number for number in range(people.AT_ONCE * 2 + 20))
    with_people(make_dataset(scientist, "flights"), scientist, table)
    assert "100 or more people" in posture.people().findings[0].title
    seen: list[str] = []
    query = ""
    for expected in (people.AT_ONCE, people.AT_ONCE, 20):
        page = listed(desk, made, query)
        assert len(page) == expected
        seen += [row[0] for row in page]
        query = f"?after={seen[-1]}"
    assert (len(set(seen)), seen) == (people.AT_ONCE * 2 + 20, sorted(seen))
    assert listed(desk, made, query) == []
    assert len(listed(desk, made, "?after=%27--")) == people.AT_ONCE


def test_another_basis_an_end_and_data_without_a_column_list_nobody(desk: Client, scientist: Any) -> None:
    made = activity(desk, basis="contract")
    with_people(make_dataset(scientist, "flights"), scientist, TABLE)
    make_dataset_version(make_dataset(scientist, "bookings"), scientist)
    assert posture.people().passed
    assert listed(desk, made) == []
    services.revise_activity(made, {"basis": "consent", "datasets": ["bookings"]}, actor=ACTOR)
    assert posture.people().passed
    services.revise_activity(made, {"datasets": ["flights"]}, actor=ACTOR)
    assert not posture.people().passed


def test_the_list_is_given_over_rest_to_whoever_may_see_consents(desk: Client, scientist: Any) -> None:
    """S4-129: the same people on the same pages as in the admin, and no name."""
    made = activity(desk)
    table = b"passenger,delay\n" + b"".join(b"p%d@example.org,1\n" % number for number in range(people.AT_ONCE + 5))
    data = with_people(make_dataset(scientist, "flights"), scientist, table)
    consent(desk, made, "p0@example.org")
    taken_back = consent(desk, made, "p1@example.org")
    desk.post(reverse("admin:registers_consent_withdraw", args=[taken_back.pk]), {"withdraw-source": "letter"})
    officer = Client(headers={"Authorization": f"Bearer {key_for('caller', 'Compliance officer')}"})
    address = f"/api/v1/processing-activities/{made.pk}/without-consent/"
    first = officer.get(address).json()
    second = officer.get(address, {"after": first["next_after"]}).json()
    assert (len(first["results"]), len(second["results"]), second["next_after"]) == (people.AT_ONCE, 4, "")
    both = [*first["results"], *second["results"]]
    assert [one["reference"] for one in both] == [
        row[0] for query in ("", f"?after={first['next_after']}") for row in listed(desk, made, query)
    ]
    assert {(one["rows"], *one["versions"]) for one in both} == {(1, str(data))}
    assert sum(one["has_withdrawn"] for one in both) == 1
    assert "example.org" not in str(both)
    services.revise_activity(made, {"basis": "contract"}, actor=ACTOR)
    assert officer.get(address).json() == {"results": [], "next_after": ""}
    pipeline = Client(headers={"Authorization": f"Bearer {key_for('other', 'Pipeline')}"})
    assert pipeline.get(address).status_code == 403
    assert officer.get(f"/api/v1/processing-activities/{uuid7()}/without-consent/").status_code == 404


def test_consents_of_before_are_made_comparable(desk: Client, scientist: Any) -> None:
    """Those that were recorded before datasets were compared get their number by the schedule."""
    made = activity(desk)
    with_people(make_dataset(scientist, "flights"), scientist, b"passenger,delay\nada@example.org,2\n")
    consent(desk, made, "ada@example.org")
    Consent.objects.update(subject_digest=None)
    assert posture.people().passed
    assert people.fill_digests() == 1
    assert people.fill_digests() == 0
    assert listed(desk, made) == []
