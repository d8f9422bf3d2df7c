"""What is much for one account is usual for another: each is measured by its own two weeks, written as they were."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.detections import services
from compliance.detections.back_test import back_test
from compliance.detections.base import typical
from compliance.detections.detectors.mass_opening import MassOpening, opening_events
from compliance.detections.models import Detection
from compliance.detections.thresholds import attempt, in_force, put_in_force
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert
from tests.accounts.people import sign_in
from tests.audit.coverage.world import World
from tests.audit.earlier import recorded

from .test_detections import PERSON, told

pytestmark = pytest.mark.django_db
DOWNLOAD, DECRYPT = "registry.artifact.download_started", "registry.parameters.read"
ACTS: dict[str, tuple[str, Callable[[World], str]]] = {
    "downloads": ("scientist", lambda world: f"/api/v1/models/{world.model.name}/versions/1/artifact/"),
    "decrypts": ("scientist", lambda world: f"/api/v1/models/{world.model.name}/versions/1/parameters/"),
    "exports": ("officer", lambda world: "/api/v1/processing-activities/export/"),
}


def days(number: float) -> dt.timedelta:
    return dt.timedelta(days=number)


def read(client: Client, address: str, times: int) -> None:
    for _ in range(times):
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        answer.getvalue()


def _told_from(number: int) -> None:
    """As it was tried and set: 20 in an hour at least would be many requests for a test."""
    row = attempt("mass_opening", "account", number, days=1, actor=PERSON)
    put_in_force(row, "A small portal", actor=PERSON)


def found() -> list[Detection]:
    services.look()
    return list(Detection.objects.filter(kind="mass_opening"))


@pytest.mark.parametrize("kind", ACTS)
def test_ten_times_the_usual_in_an_hour_opens_one_alert(kind: str) -> None:
    """S2-61, S4-99: real downloads, decrypts and exports; one less is nothing; it names the account and the object."""
    _told_from(5)
    role, address = ACTS[kind]
    world = World().build({role})
    client, path = world.api(role), address(world)
    for ago in (9, 5, 2):
        with recorded(days(ago)):
            read(client, path, 1)
    read(client, path, 9)
    assert found() == []
    read(client, path, 1)
    [row] = found()
    assert (row.about_ref, row.count, row.expected) == (world.ref(role), 10, 10)
    assert row.words.startswith(f"10 {kind} (usually 1) within an hour by user …{world.ref(role)[-8:]}: ")
    rows = AuditEvent.objects.filter(pk__in=row.evidence)
    assert len(rows) == 10
    [(about, key)] = {(one.target_type.rpartition(".")[2], one.target_id) for one in rows}
    assert row.words.endswith(f": {about} …{key[-8:]}" if len(key) > 16 else f": {about} {key}")
    watch_controls()
    read(client, path, 1)
    services.look()
    watch_controls()
    [alert] = Alert.objects.filter(key__startswith="finding:detections.closed:mass_opening:")
    assert f"user …{world.ref(role)[-8:]}" in alert.title
    assert f"by user …{world.ref(role)[-8:]}: {about} " in alert.body
    assert world.model.name not in alert.title + alert.body
    page = sign_in(Client(), world.user("officer")).get(f"/admin/detections/detection/{row.pk}/change/")
    assert "11 " + kind in page.content.decode()


def test_much_for_one_account_is_usual_for_another() -> None:
    """S4-99: 12 an hour on each day make 100 nothing; an account without a past is told of, and so is the 120th."""
    busy, quiet = (Actor("user", str(uuid.UUID(int=number))) for number in (11, 12))
    for ago in (10, 6, 3):
        with recorded(days(ago)):
            told(DOWNLOAD, 12, actor=busy, outcome="success")
    for actor in (busy, quiet):
        told(DOWNLOAD, 100, actor=actor, outcome="success")
    assert [(row.about_ref, row.expected) for row in found()] == [(quiet.ref, 20)]
    told(DOWNLOAD, 20, actor=busy, outcome="success")
    rows = {row.about_ref: row for row in found()}
    assert (rows[busy.ref].count, rows[busy.ref].expected) == (120, 120)


def test_downloads_say_nothing_about_decrypts() -> None:
    """S4-99: each has its own usual; what is too much of both is one detection that says both."""
    with recorded(days(4)):
        told(DOWNLOAD, 50, outcome="success")
    told(DOWNLOAD, 60, outcome="success")
    told(DECRYPT, 25, outcome="success")
    [row] = found()
    assert row.words.startswith("25 decrypts (usually 0) within an hour")
    told(DOWNLOAD, 440, outcome="success")
    [row] = found()
    assert row.words.startswith("25 decrypts (usually 0) and 500 downloads (usually 50) within an hour")


def test_one_day_out_of_the_ordinary_does_not_become_the_usual() -> None:
    """S4-99: the median of the days' busiest hours; what is longer ago than two weeks does not count."""
    for ago, number in ((20, 500), (12, 2), (9, 3), (5, 400), (3, 4), (2, 3)):
        with recorded(days(ago)):
            told(DOWNLOAD, number, outcome="success")
    told(DOWNLOAD, 30, outcome="success")
    [row] = found()
    assert (row.count, row.expected) == (30, 30)


def test_the_usual_is_the_median_of_the_busiest_hours() -> None:
    """S4-99: of days with any; a night's job is one hour among many, and still the day's busiest."""

    def at(day: int, hour: int) -> dt.datetime:
        return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)

    assert typical([]) == 0
    assert typical([(at(1, 3), 500), *((at(1, hour), 2) for hour in range(8, 18))]) == 500
    assert typical([(at(1, 9), 2), (at(2, 9), 3), (at(3, 9), 900)]) == 3
    assert typical([(at(1, 9), 2), (at(2, 9), 3)]) == 3


def test_many_objects_are_named_by_the_most_opened_and_counted() -> None:
    """S2-61: five at most, and how many more."""
    for number in range(30):
        told(DOWNLOAD, 1 if number else 3, target=("registry.modelversion", str(uuid.UUID(int=number))),
             outcome="success")  # fmt: skip
    [row] = found()
    assert row.words.endswith(
        ": " + ", ".join(f"modelversion …0000000{number}" for number in range(5)) + " and 25 more"
    )


def test_the_rows_that_were_closed_raise_no_other_when_the_oldest_leave_the_hour() -> None:
    """S4-103: 100 within ten minutes, closed; 55 minutes later 80 of them are still within an hour."""
    with recorded(dt.timedelta(minutes=58)):
        told(DOWNLOAD, 20, outcome="success")
    with recorded(dt.timedelta(minutes=50)):
        told(DOWNLOAD, 80, outcome="success")
    [row] = found()
    services.close(row, "harmless", actor=PERSON)
    for seen in MassOpening().look(timezone.now() - dt.timedelta(minutes=55)):
        assert seen.count == 80
        assert not services._keep("mass_opening", 90, seen)
    assert Detection.objects.count() == 1


def test_the_back_test_measures_by_the_same_past() -> None:
    """S4-99, S4-100: the look and the back-test say the same of rows of two weeks."""
    for ago in (10, 6, 3):
        with recorded(days(ago)):
            told(DOWNLOAD, 4, outcome="success")
            told(DECRYPT, 30, outcome="success")
    told(DOWNLOAD, 40, outcome="success")
    told(DECRYPT, 40, outcome="success")
    limits = in_force("mass_opening")
    now, then = back_test("mass_opening", limits, limits | {"times_the_usual": 11}, days=1)
    assert [(one.count, one.expected) for one in now] == [(40, 40)]
    assert then == []
    looked: list[Any] = list(MassOpening(limits).look(timezone.now() - MassOpening.within))
    assert [(one.count, one.expected) for one in looked] == [(40, 40)]


def test_what_is_counted_is_each_opening_once() -> None:
    """S4-99: the end of a download and of an export, which has a row of its own, is no second one."""
    kinds = opening_events()
    assert kinds[DOWNLOAD] == "downloads"
    assert kinds[DECRYPT] == kinds["accounts.user.person_revealed"] == "decrypts"
    assert kinds["audit.export.started"] == kinds["registers.register.exported"] == "exports"
    assert not kinds.keys() & {"registry.artifact.downloaded", "audit.export.finished"}
