"""The posture: counted in rows, shown with evidence, and an alert for what does not hold."""

from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from compliance.posture.looking import look_at_all
from modelops.lib import posture
from modelops.lib.posture import Finding, Outcome
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert, AlertState
from tests.accounts.people import make_user, sign_in
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A control of this test beside the others; it says what the test tells it to say."""
    state: dict[str, Any] = {"outcome": Outcome()}

    def look() -> Outcome:
        if isinstance(state["outcome"], Exception):
            raise state["outcome"]
        return state["outcome"]

    added = posture.Control("tests.control", "Tests", "The test's own control", "Mend the test.", look)
    monkeypatch.setitem(posture._controls, "tests.control", added)
    return state


def test_the_checklist_has_encryption_at_rest_in_transit_and_key_management() -> None:
    """S4-108, S4-113, S0-23: each with a live outcome; what concerns rows is counted."""
    seen = {looked.control.key: looked.outcome for looked in look_at_all()}
    assert {"artifacts.encrypted", "transit.web", "transit.database", "transit.broker"} <= set(seen)
    assert seen["artifacts.encrypted"].total is not None
    assert seen["retention.complete"].held == seen["retention.complete"].total


def test_the_officer_reads_it_in_the_admin(client: Client, broken: dict[str, Any]) -> None:
    """S0-23: a count with a link to the rows, and what to do where a control does not hold."""
    broken["outcome"] = Outcome([Finding("one", "One thing is <wrong>", "Do this.")], 1, 2, url="/admin/rows/")
    sign_in(client, make_user("officer", "Compliance officer"))
    page = client.get(reverse("admin:posture")).content.decode()
    assert "The test&#x27;s own control" in page
    assert '<a href="/admin/rows/">1 of 2</a>' in page
    assert "One thing is &lt;wrong&gt;" in page
    assert "Do this." in page


def test_what_is_not_asked_for_neither_holds_nor_fails(client: Client, broken: dict[str, Any]) -> None:
    broken["outcome"] = Outcome(evidence="Latest: never", applies=False)
    sign_in(client, make_user("officer", "Compliance officer"))
    page = client.get(reverse("admin:posture"))
    row = page.content.decode().split("own control</th>")[1].split("</tr>")[0]
    assert "Not asked for here" in row
    assert "Holds" not in row
    assert page.context["total"] < len(look_at_all())


def test_who_may_not_read_the_ledger_may_not_read_it(client: Client) -> None:
    sign_in(client, make_user("scientist"))
    assert client.get(reverse("admin:posture")).status_code in {302, 403}
    assert client.get("/api/v1/posture/").status_code == 403


def test_a_pipeline_gates_on_it(client: Client, broken: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {key_for('officer', 'Compliance officer')}"}
    broken["outcome"] = Outcome([Finding("one", "One thing", "Do this.", "high")])
    answer = client.get("/api/v1/posture/", headers=headers).json()
    assert answer["passed"] is False
    mine = next(control for control in answer["controls"] if control["key"] == "tests.control")
    assert mine["fix"]
    assert mine["findings"] == [{"key": "one", "title": "One thing", "fix": "Do this.", "severity": "high", "url": ""}]


def test_a_control_that_cannot_look_does_not_hold(broken: dict[str, Any]) -> None:
    """What is not seen is not proven; the others are still looked at, and alerts of the blind one stay."""
    broken["outcome"] = Outcome([Finding("one", "One thing", "Do this.")])
    watch_controls()
    broken["outcome"] = RuntimeError("no sight")
    seen = {looked.control.key: looked.outcome for looked in look_at_all()}
    assert not seen["tests.control"].passed
    assert len(seen) > 5
    watch_controls()
    assert Alert.objects.get(key="finding:tests.control:one").state == AlertState.OPEN


def test_a_finding_opens_one_alert_and_its_end_resolves_it(broken: dict[str, Any]) -> None:
    broken["outcome"] = Outcome([Finding("one", "One thing", "Do this.", "critical")])
    for _ in range(3):
        watch_controls()
    alert = Alert.objects.get(key="finding:tests.control:one")
    assert (alert.count, alert.severity, alert.state) == (1, "critical", AlertState.OPEN)
    broken["outcome"] = Outcome()
    watch_controls()
    assert Alert.objects.get(pk=alert.pk).state == AlertState.RESOLVED


def test_an_open_alert_says_what_the_finding_says_now(broken: dict[str, Any]) -> None:
    """A model that became restricted since is not named by the alert that was opened before."""
    broken["outcome"] = Outcome([Finding("one", "delays v1 is production, which nobody approved", "Do this.")])
    watch_controls()
    broken["outcome"] = Outcome([Finding("one", "[restricted model] v1 is production, which nobody approved", "Do.")])
    for _ in range(2):
        watch_controls()
    alert = Alert.objects.get(key="finding:tests.control:one")
    assert (alert.title.split(" v1")[0], alert.body, alert.count) == ("[restricted model]", "Do.", 2)


@pytest.mark.parametrize(
    ("setting", "value", "control"),
    [
        ("REDIS_URL", "redis://cache.example.org:6379/0", "transit.broker"),
        ("CELERY_BROKER_URL", "redis://cache.example.org:6379/0", "transit.broker"),
        ("MODELOPS_BASE_URL", "http://portal.example.org", "transit.web"),
    ],
)
def test_a_plain_connection_to_another_machine_is_a_finding(setting: str, value: str, control: str) -> None:
    """S4-26."""
    look = posture._controls[control].look
    assert look().passed
    with override_settings(**{setting: value}):
        assert not look().passed
