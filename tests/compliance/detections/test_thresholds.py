"""A threshold is tried over the ledger and set as it was tried; what is open adds up to a score with its parts."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.detections import back_test, services, thresholds
from compliance.detections.back_test import firings
from compliance.detections.base import Happened, detectors
from compliance.detections.models import Detection, Threshold
from modelops.lib.errors import Conflict
from tests.accounts.people import make_user, sign_in, sign_in_earlier

from .test_detections import ACCOUNT, PERSON, told

pytestmark = pytest.mark.django_db
ADD = "/admin/detections/threshold/add/"
START = dt.datetime(2026, 3, 4, 5, tzinfo=dt.UTC)
SYSTEM = Actor.system("tests")


@pytest.fixture
def desk(client: Client) -> Client:
    return sign_in(client, make_user("officer", "Compliance officer"))


def tried(desk: Client, limit: str, value: int, days: int = 7) -> Threshold:
    answer = desk.post(ADD, {"limit": limit, "value": value, "days": days})
    assert answer.status_code == 302, answer.content
    row = Threshold.objects.latest("id")
    assert answer["Location"] == address(row)
    return row


def address(row: Threshold) -> str:
    return reverse("admin:detections_threshold_change", args=[row.pk])


def put(desk: Client, row: Threshold, reason: str = "Nightly jobs are refused by design") -> Any:
    return desk.post(reverse("admin:detections_threshold_set", args=[row.pk]), {"set-reason": reason})


def test_a_threshold_is_tried_set_as_tried_and_used_by_the_next_look(desk: Client) -> None:
    """S4-100: seven guesses are nothing under 10; the back-test of 5 shows them, and once it is set they are told."""
    told("accounts.password.refused", 7, actor=Actor.anonymous())
    assert services.look() == 0
    row = tried(desk, "brute_force.account", 5)
    assert (row.before, row.value, row.fires_now, row.fires_then) == (10, 5, 0, 1)
    assert services.look() == 0, "nothing changes by trying"
    page = desk.get(address(row)).content.decode()
    assert "Back-test over 7 days" in page
    assert f"account …{ACCOUNT[1][-8:]}" in page
    assert ACCOUNT[1] not in page
    assert put(desk, row).status_code == 302
    assert services.look() == 1
    [seen] = Detection.objects.all()
    assert (seen.count, seen.expected) == (7, 5)
    event = AuditEvent.objects.get(name="detections.threshold.set")
    assert {name: told for name, told in event.details.items() if name != "diff"} == {
        "kind": "brute_force", "name": "account", "before": 10, "value": 5,
    }  # fmt: skip
    assert "reason" in str(event.details["diff"])
    assert "Nightly" not in str(event.details), "free text: the ledger cannot be redacted"
    page = desk.get(reverse("admin:detections_detection_change", args=[seen.pk])).content.decode()
    assert "3 to 1,000" in page
    assert "Nightly jobs" in desk.get(address(row)).content.decode()


def test_a_higher_threshold_shows_what_would_not_be_told_any_more(desk: Client) -> None:
    """S4-100: the other way round."""
    told("audit.request.refused", 50, status="403")
    row = tried(desk, "denial_burst.account", 60)
    assert (row.fires_now, row.fires_then) == (1, 0)
    assert put(desk, row).status_code == 302
    assert services.look() == 0


BURSTS: dict[str, Any] = {
    "brute_force": lambda number: told("accounts.password.refused", number, actor=Actor.anonymous()),
    "denial_burst": lambda number: told("audit.request.refused", number, status="403"),
    "mass_opening": lambda number: told("registry.parameters.read", number, outcome="success"),
    "request_rate": lambda number: told("rest.requests.limited", 1, count=number, route="/api/v1/models/"),
}


@pytest.mark.parametrize("kind", sorted(BURSTS))
def test_the_back_test_says_what_the_look_tells(kind: str) -> None:
    """S4-100: each kind with limits, once with exactly as many rows as its limit and once with one less."""
    assert set(BURSTS) == {key for key, cls in detectors.items() if cls.thresholds}
    BURSTS[kind](30)
    for value, fires in ((31, 0), (30, 1)):
        limits = thresholds.in_force(kind) | {"account": value}
        _, then = back_test.back_test(kind, thresholds.in_force(kind), limits, days=3)
        looked = [one for one in detectors.get(kind)(limits).look(timezone.now() - detectors.get(kind).within)
                  if one.about_kind != "network"]  # fmt: skip
        fired = [one for one in then if not one.who.startswith("network")]
        assert (len(fired), len(looked)) == (fires, fires)
        assert [(one.who, one.count, one.expected) for one in fired] == [
            (one.who, one.count, one.expected) for one in looked
        ]


def test_a_window_slides_and_what_comes_back_later_is_another_time() -> None:
    """S4-100: rows spread over longer than the window are no burst; two bursts are two."""
    detector = detectors.get("denial_burst")({"account": 5})

    def at(minutes: float) -> Happened:
        return Happened("account", "user", "u", START + dt.timedelta(minutes=minutes))

    assert firings(detector, [at(2 * number) for number in range(20)], START) == []
    bursts = [at(start + number / 10) for start in (0, 30) for number in range(8)]
    fired = firings(detector, bursts, START)
    assert [(one.at, one.count, one.expected) for one in fired] == [
        (START + dt.timedelta(minutes=start, seconds=24), 8, 5) for start in (0, 30)
    ]
    assert len(firings(detector, bursts, START + dt.timedelta(minutes=10))) == 1


def test_an_account_is_tried_against_its_own_usual_hour() -> None:
    """S4-99, S4-100: 40 an hour in the two weeks before make 150 nothing unusual under five times, but under three."""
    kind = detectors.get("mass_opening")

    def hour(days: float, number: int) -> list[Happened]:
        begins = START + dt.timedelta(days=days)
        return [Happened("account", "user", "u", begins + dt.timedelta(seconds=one)) for one in range(number)]

    def fired(times: int, *before: Happened) -> list[tuple[int, int]]:
        detector = kind({"account": 20, "times_the_usual": times})
        found = firings(detector, [*before, *hour(20, 150)], START + dt.timedelta(days=19))
        return [(one.count, one.expected) for one in found]

    assert fired(5, *hour(10, 40)) == []
    assert fired(3, *hour(10, 40)) == [(150, 120)]
    assert fired(5, *hour(2, 40)) == [(150, 20)], "longer ago than two weeks"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"value": 2}, "is from 3 to 1,000; 2 is not"),
        ({"value": 1_001}, "is from 3 to 1,000; 1,001 is not"),
        ({"value": 10}, "10 is in force already"),
        ({"value": "many"}, "Enter a whole number"),
        ({"days": 0}, "Days are from 1 to 90"),
        ({"days": 91}, "Days are from 1 to 90"),
        ({"limit": "chain_broken.account"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_its_bounds(desk: Client, given: dict[str, Any], words: str) -> None:
    """S4-100."""
    answer = desk.post(ADD, {"limit": "brute_force.account", "value": 12, "days": 7} | given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Threshold.objects.exists()


def test_more_rows_than_one_answer_reads_are_refused(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-100: half of the ledger would be a wrong answer."""
    monkeypatch.setattr(back_test, "MOST", 5)
    told("audit.request.refused", 6, status="403")
    answer = desk.post(ADD, {"limit": "denial_burst.account", "value": 60, "days": 7})
    assert answer.status_code == 422
    assert "choose fewer days" in answer.content.decode()


def test_only_a_back_test_of_today_against_what_is_in_force_is_set(desk: Client) -> None:
    """S4-100: no reason, twice, after somebody else's, and a day later: refused, and what is in force stays."""
    first, second = (tried(desk, "brute_force.account", value) for value in (12, 14))
    assert put(desk, first, "  ").status_code == 422
    assert put(desk, first).status_code == 302
    assert put(desk, first).status_code == 422
    refused = put(desk, second)
    assert refused.status_code == 422
    assert "12 is in force now; try the value again" in refused.content.decode()
    third = tried(desk, "brute_force.account", 14)
    Threshold.objects.filter(pk=third.pk).update(tried_at=timezone.now() - dt.timedelta(hours=25))
    assert "older than 24 hours" in put(desk, third).content.decode()
    assert thresholds.in_force("brute_force") == {"account": 12, "network": 30}
    with pytest.raises(Conflict):
        thresholds.put_in_force(third, "late", actor=SYSTEM)


def test_who_may_and_only_with_a_fresh_factor(client: Client) -> None:
    """S4-100: the officer decides, with a code shown just now; whoever runs the portal looks on."""
    row = thresholds.attempt("brute_force", "account", 12, days=1, actor=SYSTEM)
    officer = make_user("officer", "Compliance officer")
    sign_in_earlier(client, officer)
    assert "/confirm" in client.get(ADD)["Location"]
    assert "/confirm" in put(client, row)["Location"]
    assert thresholds.in_force("brute_force")["account"] == 10
    guard = sign_in(Client(), make_user("guard", "Security administrator"))
    assert guard.get(address(row)).status_code == 200
    assert guard.get(ADD).status_code == 403
    assert put(guard, row).status_code == 403
    assert thresholds.in_force("brute_force")["account"] == 10


def test_a_score_adds_up_and_says_what_of(desk: Client) -> None:
    """S4-100: two detections about one account stand before a single one with more points, and say why."""
    other = Actor("user", str(uuid.UUID(int=9)))
    told("accounts.password.refused", 10, actor=Actor.anonymous())
    told("audit.request.refused", 50, status="403")
    told("registry.parameters.read", 20, actor=other, outcome="success")
    services.look()
    ranked = [(row.kind, row.about_ref, row.standing) for row in Detection.objects.ranked()]
    assert ranked == [
        ("brute_force", PERSON.ref, 140), ("denial_burst", PERSON.ref, 140), ("mass_opening", other.ref, 90)
    ]  # fmt: skip
    listed = reverse("admin:detections_detection_changelist")
    made_of = "140 = 80 Guessing of passwords or codes + 60 Many refusals of one account"
    page = desk.get(listed).content.decode()
    assert page.count(made_of) == 2
    assert page.index(made_of) < page.index("90 = 90 Opening far more than usual")
    first = Detection.objects.get(kind="brute_force")
    one = desk.get(reverse("admin:detections_detection_change", args=[first.pk])).content.decode()
    assert "What the score is made of" in one
    assert "<td>140</td>" in one
    assert desk.post(
        reverse("admin:detections_detection_close", args=[first.pk]), {"close-verdict": "harmless"}
    ).status_code == 302  # fmt: skip
    assert [(row.kind, row.standing) for row in Detection.objects.ranked()] == [
        ("mass_opening", 90), ("denial_burst", 60), ("brute_force", 0)
    ]  # fmt: skip
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get(listed)
    for number in range(20, 40):
        told("audit.request.refused", 50, actor=Actor("user", str(uuid.UUID(int=number))), status="403")
    services.look()
    with CaptureQueriesContext(connection) as many:
        desk.get(listed)
    assert len(many) <= len(few) + 1, "one query for all scores"
