"""Alerts and channels through the REST interface."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services import issue_api_key
from compliance.audit.models import AuditEvent
from monitoring.alerts import services
from monitoring.models import Alert, AlertChannel
from monitoring.models.alerts import Severity
from tests.accounts.people import fresh, make_user
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert
from tests.receivers import HttpReceiver

pytestmark = pytest.mark.django_db

API = "/api/v1"


class Caller:
    """Calls the API with a key, just confirmed."""

    def __init__(self, role: str, scopes: list[str]) -> None:
        self.user = make_user(role.lower().replace(" ", "_"), role)
        _, text = issue_api_key(self.user, name="test", scopes=scopes, days=1, actor=ACTOR)
        self._client = Client(headers={"Authorization": f"Bearer {fresh(text)}"})

    def get(self, path: str, status: int = 200) -> Any:
        response = self._client.get(f"{API}/{path}")
        assert response.status_code == status, response.content
        return response.json()

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        response = self._client.post(f"{API}/{path}", json.dumps(body or {}), content_type="application/json")
        assert response.status_code == status, response.content
        return response.json()


@pytest.fixture
def scientist() -> Caller:
    return Caller("Data scientist", ["all"])


@pytest.fixture
def viewer() -> Caller:
    return Caller("Viewer", ["all"])


def test_a_channel_is_created_and_never_shows_its_secrets(scientist: Caller) -> None:
    config = {"url": "https://1.1.1.1/token-in-path", "secret": "token-in-secret"}
    made = scientist.post("alert-channels/", {"name": "ops", "kind": "webhook", "config": config}, 201)
    assert made["config"] == {"url": "set", "secret": "set"}
    assert (made["name"], made["kind"], made["enabled"], made["destination"]) == ("ops", "webhook", True, "1.1.1.1")
    listed = scientist.get("alert-channels/")
    assert listed["results"] == [scientist.get(f"alert-channels/{made['id']}/")] == [made]
    assert "token-in" not in json.dumps(listed)
    channel = AlertChannel.objects.get()
    assert b"token-in" not in bytes(channel.sealed_config)
    assert channel.created_by == scientist.user
    (row,) = AuditEvent.objects.filter(name="monitoring.channel.created")
    assert {change["model"] for change in row.details.pop("diff")} == {
        "monitoring.alertchannel",
        "monitoring.channelsecret",
    }
    assert (row.actor_ref, row.details) == (str(scientist.user.pk), {"kind": "webhook", "name": "ops"})


@pytest.mark.usefixtures("private_receivers")
def test_each_kind_of_the_contract_is_taken(scientist: Caller) -> None:
    for kind, config in {
        "email": {"to": ["a@example.com"], "smtp_host": "127.0.0.1", "smtp_port": 2525},
        "webhook": {"url": "http://127.0.0.1:9000/"},
        "slack": {"url": "http://127.0.0.1:9000/"},
    }.items():
        made = scientist.post("alert-channels/", {"name": kind, "kind": kind, "config": config}, 201)
        assert made["kind"] == kind
    assert [row["name"] for row in scientist.get("alert-channels/")["results"]] == ["slack", "webhook", "email"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": "a/b"}, 400, "name.invalid"),
        ({"name": "x" * 300}, 400, "name.invalid"),
        ({"name": "taken"}, 409, "channel.exists"),
        ({"kind": "pigeon"}, 400, "channel.unknown_kind"),
        ({"config": {}}, 400, "channel.invalid"),
        ({"config": []}, 400, "request.invalid"),
        ({"config": {"url": "http://127.0.0.1:9000/"}}, 400, "receiver.refused"),
        ({"config": {"url": "http://localhost:9000/"}}, 400, "receiver.refused"),
        ({"config": {"url": "http://169.254.169.254/latest/meta-data/"}}, 400, "receiver.refused"),
        ({"config": {"url": "http://2130706433/"}}, 400, "receiver.refused"),
        ({"config": {"url": "ftp://1.1.1.1/"}}, 400, "receiver.refused"),
        ({"minimum_severity": "awful"}, 400, "request.invalid"),
    ],
)
def test_a_channel_that_cannot_work_is_refused_and_not_stored(
    scientist: Caller, changes: dict[str, Any], status: int, code: str
) -> None:
    make_channel("taken")
    body = {"name": "ops", "kind": "webhook", "config": {"url": "https://1.1.1.1/"}, **changes}
    answer = scientist.post("alert-channels/", body, status)
    assert (answer["code"], answer["status"]) == (code, status)
    assert AlertChannel.objects.count() == 1
    assert AuditEvent.objects.filter(name="audit.request.refused", details__code=code).count() == 1


@pytest.mark.usefixtures("private_receivers")
def test_a_test_tells_how_it_went(scientist: Caller, http_receiver: HttpReceiver) -> None:
    channel = make_channel(url=http_receiver.url)
    answer = scientist.post(f"alert-channels/{channel.pk}/test/")
    assert (answer["delivered"], answer["last_code"], answer["last_answer"]) == (True, 200, "ok")
    http_receiver.status, http_receiver.body = 404, b"no such hook"
    answer = scientist.post(f"alert-channels/{channel.pk}/test/")
    assert (answer["delivered"], answer["state"], answer["last_answer"]) == (False, "dead", "no such hook")


def test_the_test_button_reaches_no_private_receiver(scientist: Caller, http_receiver: HttpReceiver) -> None:
    """S3-53: the rule holds for a channel that was stored while private receivers were allowed."""
    channel = make_channel(url=http_receiver.url)
    answer = scientist.post(f"alert-channels/{channel.pk}/test/")
    assert (answer["delivered"], answer["last_code"]) == (False, None)
    assert "not public" in answer["last_reason"]
    assert http_receiver.requests == []


def test_a_channel_is_switched_off_and_on(scientist: Caller) -> None:
    channel = make_channel()
    assert scientist.post(f"alert-channels/{channel.pk}/disable/")["enabled"] is False
    open_alert()
    assert channel.deliveries.count() == 0
    assert scientist.post(f"alert-channels/{channel.pk}/enable/")["enabled"] is True


@pytest.mark.usefixtures("private_receivers")
def test_alerts_are_listed_read_and_closed(scientist: Caller, http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    first = open_alert("a", severity=Severity.HIGH)
    services.deliver_due()
    second = services.resolve(open_alert("b"), actor=ACTOR)
    assert [row["id"] for row in scientist.get("alerts/")["results"]] == [str(second.pk), str(first.pk)]
    assert [row["id"] for row in scientist.get("alerts/?state=live&severity=high")["results"]] == [str(first.pk)]
    assert scientist.get("alerts/?state=acknowledged")["results"] == []
    detail = scientist.get(f"alerts/{first.pk}/")
    assert (detail["state"], detail["severity"], detail["count"]) == ("open", "high", 1)
    (delivery,) = detail["deliveries"]
    assert (delivery["channel"], delivery["state"], delivery["last_code"]) == ("hook", "delivered", 200)
    assert scientist.post(f"alerts/{first.pk}/acknowledge/")["state"] == "acknowledged"
    assert scientist.post(f"alerts/{first.pk}/resolve/")["state"] == "resolved"
    assert scientist.post(f"alerts/{first.pk}/acknowledge/", status=409)["code"] == "alert.resolved"
    assert Alert.objects.get(pk=first.pk).resolved_by == scientist.user


@pytest.mark.parametrize(
    ("query", "code"), [("state=x", "alert.unknown_state"), ("severity=x", "alert.unknown_severity")]
)
def test_an_unknown_filter_is_refused(scientist: Caller, query: str, code: str) -> None:
    assert scientist.get(f"alerts/?{query}", 400)["code"] == code


def test_an_unknown_alert_is_not_found(scientist: Caller) -> None:
    unknown = "0198c000-0000-7000-8000-000000000001"
    assert scientist.get(f"alerts/{unknown}/", 404)["code"] == "object.not_found"
    assert scientist.post(f"alerts/{unknown}/resolve/", status=404)["code"] == "object.not_found"
    assert scientist.post(f"alert-channels/{unknown}/test/", status=404)["code"] == "object.not_found"


def test_a_viewer_reads_alerts_and_changes_nothing(viewer: Caller) -> None:
    alert, channel = open_alert(), make_channel()
    assert len(viewer.get("alerts/")["results"]) == 1
    assert viewer.get(f"alerts/{alert.pk}/")["deliveries"] == []
    for path in (
        f"alerts/{alert.pk}/acknowledge/",
        f"alerts/{alert.pk}/resolve/",
        f"alert-channels/{channel.pk}/test/",
    ):
        assert viewer.post(path, status=403)["code"] == "permission.denied"
    assert viewer.post("alert-channels/", {"name": "x"}, 403)["code"] == "permission.denied"
    assert viewer.get("alert-channels/", 403)["code"] == "permission.denied"
    alert.refresh_from_db()
    assert alert.state == "open"


def test_a_key_without_the_scope_changes_nothing() -> None:
    caller = Caller("Data scientist", ["monitoring.view_alert"])
    alert = open_alert()
    assert caller.get("alerts/")["results"][0]["id"] == str(alert.pk)
    assert caller.post(f"alerts/{alert.pk}/resolve/", status=403)["code"] == "permission.denied"


@pytest.mark.parametrize("path", ["alerts/", "alert-channels/"])
def test_nobody_is_told_anything_without_credentials(path: str, client: Client) -> None:
    assert client.get(f"{API}/{path}").status_code == 401


def test_the_addresses_are_those_of_the_contract() -> None:
    assert reverse("api-alert-list") == "/api/v1/alerts/"
    assert reverse("api-channel-list") == "/api/v1/alert-channels/"
