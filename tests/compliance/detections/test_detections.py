"""Each detection is triggered once by what it is for, opens one alert, and is closed by a person."""

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from compliance.audit import Actor, EventClass, record
from compliance.audit.context import acting
from compliance.audit.events import event_classes
from compliance.audit.models import AuditEvent
from compliance.detections import services
from compliance.detections.base import Detector, Seen, detectors
from compliance.detections.models import Detection
from modelops.jobs import schedule
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert, AlertState
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
PERSON = Actor("user", str(uuid.UUID(int=7)))
ACCOUNT = ("accounts.user", str(uuid.UUID(int=7)))


def told(event: EventClass | str, times: int = 1, *, actor: Actor = PERSON, source: str = "192.0.2.0/24",
         target: tuple[str, str] | None = ACCOUNT, outcome: str = "denied", **details: Any) -> None:  # fmt: skip
    """Rows of the ledger as the portal would leave them."""
    declared = event_classes()[event] if isinstance(event, str) else event
    with transaction.atomic(), acting(source=source):
        for _ in range(times):
            record(declared, target, actor=actor, outcome=outcome,
                   **dict.fromkeys(declared.details, "x") | details)  # fmt: skip


def found(kind: str) -> list[Detection]:
    services.look()
    return list(Detection.objects.filter(kind=kind))


TRIGGERS: dict[str, Any] = {
    "brute_force": lambda: told("accounts.password.refused", 10, actor=Actor.anonymous()),
    "denial_burst": lambda: told("audit.request.refused", 50, status="403"),
    "mass_opening": lambda: told("registry.parameters.read", 20, outcome="success"),
    "new_device": lambda: (
        told("accounts.device.added", outcome="success"),
        told("accounts.device.added", outcome="success", source="198.51.100.0/24"),
    ),
    "factor_removed": lambda: told("accounts.factor.removed", outcome="success"),
    "chain_broken": lambda: told("audit.ledger.verified", outcome="failure"),
    "request_rate": lambda: told("rest.requests.limited", 2, count=600, route="/api/v1/models/"),
}


def test_every_detector_has_a_trigger_and_a_runbook_that_is_there() -> None:
    """S2-65, S4-120."""
    assert set(TRIGGERS) == set(detectors.keys())
    for key, detector in detectors.items():
        assert (Path(settings.BASE_DIR) / detector.runbook).is_file(), key
    assert "detections.look" in schedule.names()


@pytest.mark.parametrize("kind", sorted(TRIGGERS))
def test_each_detection_is_raised_once_by_what_it_is_for(kind: str) -> None:
    """S2-65, S4-96, S4-98, S4-101: one detection and one alert, however often it is looked for."""
    assert services.look() == 0
    TRIGGERS[kind]()
    assert len(found(kind)) == 1
    [row] = found(kind)
    assert row.evidence
    watch_controls()
    watch_controls()
    [alert] = Alert.objects.filter(key__startswith=f"finding:detections.closed:{kind}:")
    assert alert.count == 1
    assert row.detector.runbook in alert.body
    assert f"/admin/detections/detection/{row.pk}/change/" in alert.body


def test_below_the_limit_nothing_is_raised() -> None:
    """One less than the limit of each kind."""
    told("accounts.password.refused", 9, actor=Actor.anonymous())
    told("audit.request.refused", 39, status="403")
    told("registry.parameters.read", 19, outcome="success")
    assert services.look() == 0


def test_an_alert_names_ids_and_counts_and_nothing_that_was_typed() -> None:
    """S4-102: no password, token or body; the end of an id in place of a name."""
    make_user("victim", "Viewer")
    told("accounts.password.refused", 12, actor=Actor.anonymous())
    services.look()
    watch_controls()
    alert = Alert.objects.get(key__startswith="finding:detections.closed:brute_force")
    assert alert.title == "Guessing of passwords or codes: 12 refused sign-ins to one account within 10 minutes"
    assert "victim" not in alert.title + alert.body
    assert str(uuid.UUID(int=7)) not in alert.title + alert.body


def test_more_of_the_same_counts_up_and_a_person_closes_it(client: Client) -> None:
    """S4-103: the row has what was seen, the limit, the score, the evidence with links, and what came of it."""
    told("accounts.password.refused", 10, actor=Actor.anonymous())
    [row] = found("brute_force")
    told("accounts.password.refused", 5, actor=Actor.anonymous())
    [row] = found("brute_force")
    assert (row.count, row.expected, row.score) == (15, 10, 80)
    watch_controls()
    sign_in(client, make_user("officer", "Compliance officer"))
    page = client.get(reverse("admin:detections_detection_change", args=[row.pk])).content.decode()
    assert "/admin/audit/auditevent/" in page
    assert "80 of 100" in page
    close = reverse("admin:detections_detection_close", args=[row.pk])
    assert client.post(close, {"close-verdict": "dealt_with"}).status_code == 302
    assert client.post(close, {"close-verdict": "dealt_with"}).status_code == 422
    assert services.look() == 0
    watch_controls()
    assert Alert.objects.get(key__startswith="finding:detections.closed:brute_force").state == AlertState.RESOLVED
    assert AuditEvent.objects.get(name="detections.detection.closed").details["verdict"] == "dealt_with"


def test_a_detector_is_a_plug_in_that_a_test_can_stand_in_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-104: a detector of the test takes the place of one, and its alert goes the way of all."""
    seen = Seen("user", str(PERSON.ref), 3, 1, "three of one", ("a",))
    assert seen.who == f"user …{PERSON.ref[-8:]}"

    class Fake(Detector):
        label = "Something of the tests"
        severity = "critical"
        score = 99
        within = dt.timedelta(minutes=1)
        runbook = "docs/howto/runbooks/brute-force.md"

        def look(self, since: dt.datetime) -> Iterator[Seen]:
            yield seen

    monkeypatch.setitem(detectors._classes, "brute_force", Fake)
    assert services.look() == 1
    watch_controls()
    alert = Alert.objects.get(key__startswith="finding:detections.closed:brute_force")
    assert (alert.title, alert.severity) == ("Something of the tests: three of one", "critical")
