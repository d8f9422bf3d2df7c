"""Alerts that pipelines report, and what people do with them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compliance.audit.models import AuditEvent
from monitoring.alerts import services
from monitoring.models import Alert, AlertDelivery
from monitoring.models.alerts import Severity
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert
from tests.monitoring.alerts.test_api import Caller
from tests.receivers import HttpReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]
LOW = {"key": "delay:accuracy", "title": "Accuracy of delay is 0.71", "severity": "high", "details": {"accuracy": 0.71}}


@pytest.fixture
def scientist() -> Caller:
    return Caller("Data scientist", ["all"])


def test_a_reported_alert_is_told_once_and_counts_up(scientist: Caller, http_receiver: HttpReceiver) -> None:
    """S3-58, S4-101: the same key while it is live is one alert and one message; resolve closes it."""
    make_channel(url=http_receiver.url)
    first = scientist.post("alerts/", LOW, 201)
    again = scientist.post("alerts/", LOW, 201)
    assert (first["id"], first["count"], again["count"]) == (again["id"], 1, 2)
    assert again["details"] == {"accuracy": 0.71}
    services.deliver_due()
    assert len(http_receiver.requests) == 1
    assert scientist.post(f"alerts/{first['id']}/resolve/")["state"] == "resolved"
    assert scientist.post("alerts/", LOW, 201)["id"] != first["id"]


def test_a_pipeline_reports_and_a_viewer_does_not() -> None:
    """S3-58"""
    assert Caller("Pipeline", ["all"]).post("alerts/", LOW, 201)["state"] == "open"
    assert Caller("Viewer", ["all"]).post("alerts/", LOW, 403)["code"]


def test_secrets_and_people_do_not_reach_an_alert(scientist: Caller, http_receiver: HttpReceiver) -> None:
    """S4-102: the text of an alert about an attack holds no password, token or body."""
    make_channel(url=http_receiver.url)
    details = {
        "password": "hunter2-canary",
        "access_token": "token-canary",
        "request_body": "body-canary",
        "who": "jane.doe@example.org tried",
        "attempts": 50,
    }
    shown = scientist.post("alerts/", {**LOW, "details": details}, 201)
    services.deliver_due()
    said = http_receiver.requests[0].body.decode()
    for canary in ("hunter2", "canary", "jane.doe"):
        assert canary not in str(shown)
        assert canary not in said
    assert shown["details"]["attempts"] == 50


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": ""}, "request.invalid"),
        ({"severity": "awful"}, "request.invalid"),
        ({"details": {"a": [1]}}, "alert.invalid"),
        ({"details": {str(number): 1 for number in range(21)}}, "alert.invalid"),
        ({"key": "finding:keys.age:x"}, "alert.reserved_key"),
        ({"runbook_url": "javascript:alert(1)"}, "alert.invalid"),
    ],
)
def test_a_report_that_cannot_be_kept_is_refused(scientist: Caller, changes: dict[str, Any], code: str) -> None:
    assert scientist.post("alerts/", {**LOW, **changes}, 400)["code"] == code
    assert not Alert.objects.exists()


def test_an_older_severity_is_medium(scientist: Caller) -> None:
    """S3-55: info, low, medium, high, critical; what was called warning is medium."""
    assert scientist.post("alerts/", {**LOW, "severity": "warning"}, 201)["severity"] == "medium"
    assert [one.value for one in Severity] == ["info", "low", "medium", "high", "critical"]


def test_a_snoozed_alert_is_quiet_until_it_wakes_or_grows(scientist: Caller, http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    alert = open_alert(severity=Severity.LOW)
    services.deliver_due()
    assert scientist.post(f"alerts/{alert.pk}/snooze/", {"minutes": 60})["snoozed_until"]
    assert services.follow_up() == 0
    Alert.objects.update(snoozed_until=timezone.now() - timedelta(seconds=1))
    assert (services.follow_up(), services.follow_up()) == (1, 0)
    services.snooze(alert, timezone.now() + timedelta(hours=1), actor=ACTOR)
    open_alert(severity=Severity.CRITICAL)
    services.deliver_due()
    assert len(http_receiver.requests) == 3
    too_long = {"minutes": 30 * 1440 + 1}
    assert scientist.post(f"alerts/{alert.pk}/snooze/", too_long, 400)["code"] == "request.invalid"


def test_owner_comments_and_decisions_stand_in_the_alert(scientist: Caller) -> None:
    """S3-56: who looks after it, what was written, and why it was told or not."""
    alert = open_alert()
    assert scientist.post(f"alerts/{alert.pk}/take/")["owner"] == scientist.user.username
    assert scientist.post(f"alerts/{alert.pk}/comments/", {"text": "Looking."}, 201)["author"]
    shown = scientist.get(f"alerts/{alert.pk}/")
    assert [one["text"] for one in shown["comments"]] == ["Looking."]
    assert [one["verdict"] for one in shown["decisions"]] == ["nobody"]
    assert scientist.post(f"alerts/{alert.pk}/comments/", {"text": " "}, 400)
    names = set(AuditEvent.objects.values_list("name", flat=True))
    assert {"monitoring.alert.owned", "monitoring.alert.commented"} <= names


def test_the_history_shows_each_attempt_with_code_and_latency(scientist: Caller, http_receiver: HttpReceiver) -> None:
    """S3-56: opened, notified (channel, code, latency), acknowledged by, resolved."""
    http_receiver.statuses = [500]
    make_channel(url=http_receiver.url)
    alert = open_alert()
    services.deliver_due()
    AlertDelivery.objects.update(next_attempt_at=timezone.now())
    services.deliver_due()
    (delivery,) = scientist.get(f"alerts/{alert.pk}/")["deliveries"]
    assert [(one["number"], one["state"], one["code"]) for one in delivery["tries"]] == [
        (2, "delivered", 200),
        (1, "failed", 500),
    ]
    assert all(one["latency_ms"] is not None for one in delivery["tries"])
    assert delivery["why"] == "hook takes medium alerts"


def test_what_was_given_up_is_sent_again_under_the_same_id(scientist: Caller, http_receiver: HttpReceiver) -> None:
    http_receiver.status = 404
    make_channel(url=http_receiver.url)
    open_alert()
    services.deliver_due()
    row = AlertDelivery.objects.get()
    assert row.state == "dead"
    http_receiver.status = 200
    assert scientist.post(f"alerts/deliveries/{row.pk}/redeliver/")["state"] == "pending"
    services.deliver_due()
    assert {one.headers["x-modelops-delivery"] for one in http_receiver.requests} == {str(row.pk)}
    assert scientist.post(f"alerts/deliveries/{row.pk}/redeliver/", status=409)["code"] == "delivery.not_failed"


def test_a_receiver_that_is_gone_is_switched_off_at_the_third_time(http_receiver: HttpReceiver) -> None:
    http_receiver.status = 410
    channel = make_channel(url=http_receiver.url)
    for key in ("aa", "bb", "cc"):
        channel.refresh_from_db()
        assert channel.enabled
        open_alert(key)
        services.deliver_due()
    channel.refresh_from_db()
    assert not channel.enabled
    assert "410 3 times in a row" in channel.disabled_reason
    assert AuditEvent.objects.filter(name="monitoring.channel.disabled").count() == 1


def test_a_link_of_a_message_acknowledges_once(client: Client, http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    alert = open_alert()
    services.deliver_due()
    links = {one["label"]: one["url"] for one in _sent(http_receiver)["links"]}
    path = links["Acknowledge"].removeprefix("http://localhost:8000")
    assert "Acknowledge?" in client.get(path).content.decode()
    alert.refresh_from_db()
    assert alert.state == "open"  # looking is not doing: mail scanners open links
    assert client.post(path).status_code == 200
    alert.refresh_from_db()
    assert alert.state == "acknowledged"
    assert client.post(path).status_code != 200
    assert AuditEvent.objects.filter(name="monitoring.alert.acknowledged").count() == 1
    assert client.get(path[:-5] + "xxxx/").status_code == 404
    snooze = links["Snooze for an hour"].removeprefix("http://localhost:8000")
    assert client.post(snooze).status_code == 200
    alert.refresh_from_db()
    assert alert.snoozed_until is not None


def _sent(receiver: HttpReceiver) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(receiver.requests[-1].body)
    return found


def test_the_pages_of_an_alert_and_a_channel_do_the_same(client: Client, http_receiver: HttpReceiver) -> None:
    """S3-56: snooze, take over, comment, delivery log and sending again in the portal."""
    page = sign_in(client, make_user())
    http_receiver.status = 404
    channel = make_channel(url=http_receiver.url)
    alert = open_alert(title="Trouble here")
    services.deliver_due()
    for part, data in (("take", {}), ("comments", {"text": "Seen <b>it</b>"}), ("snooze", {"minutes": "480"})):
        assert page.post(f"/alerts/{alert.pk}/{part}/", data).status_code == 302
    text = page.get(f"/alerts/{alert.pk}/").content.decode()
    assert "Seen &lt;b&gt;it&lt;/b&gt;" in text
    assert "Why it was told" in text
    log = page.get(f"/alerts/channels/{channel.pk}/").content.decode()
    assert "Trouble here" in log
    assert "Send again" in log
    assert "hook-secret" not in log
    delivery = AlertDelivery.objects.get()
    assert page.post(f"/alerts/deliveries/{delivery.pk}/redeliver/").status_code == 302
    delivery.refresh_from_db()
    assert delivery.state == "pending"
