"""Alerts through the running portal: the web process stores, the worker delivers, also after it was killed."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from celery import current_app

from accounts.services import issue_api_key
from monitoring.alerts import services
from monitoring.models import AlertDelivery
from tests.accounts.people import fresh, make_user
from tests.live import LivePortal
from tests.monitoring.alerts.factories import ACTOR, open_alert
from tests.receivers import HttpReceiver, Mailbox

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("private_receivers")]


def call(portal: LivePortal, key: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {fresh(key)}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{portal.url}/api/v1/{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def wait_for_states(*states: str, seconds: float = 30) -> list[AlertDelivery]:
    """The deliveries, as soon as their states are these."""
    end = time.monotonic() + seconds
    while True:
        rows = list(AlertDelivery.objects.exclude(event="test").order_by("id"))
        if sorted(row.state for row in rows) == sorted(states):
            return rows
        assert time.monotonic() < end, [(row.state, row.last_reason) for row in rows]
        time.sleep(0.05)


def test_an_alert_reaches_a_mailbox_and_a_webhook_through_the_worker(
    live_portal: LivePortal, smtp_server: Mailbox, http_receiver: HttpReceiver
) -> None:
    _, key = issue_api_key(make_user(), name="test", scopes=["all"], days=1, actor=ACTOR)
    # No mail server in the channel: the portal's own is used, which the settings name.
    for name, kind, config in (
        ("mail", "email", {"to": ["team@example.com"]}),
        ("hook", "webhook", {"url": f"{http_receiver.url}/in", "secret": "s3cret"}),
        ("chat", "slack", {"url": f"{http_receiver.url}/slack"}),
    ):
        status, made = call(live_portal, key, "POST", "alert-channels/", {"name": name, "kind": kind, "config": config})
        assert status == 201, made
    alert = open_alert(title="Drift in flights v2")
    wait_for_states("delivered", "delivered", "delivered")
    assert smtp_server.wait_for(1)[0]["Subject"] == "[medium] Drift in flights v2"
    assert {request.path for request in http_receiver.requests} == {"/in", "/slack"}
    status, shown = call(live_portal, key, "GET", f"alerts/{alert.pk}/")
    assert status == 200
    assert {row["channel"]: row["state"] for row in shown["deliveries"]} == dict.fromkeys(
        ("mail", "hook", "chat"), "delivered"
    )
    status, closed = call(live_portal, key, "POST", f"alerts/{alert.pk}/resolve/", {})
    assert (status, closed["state"]) == (200, "resolved")


def test_a_worker_that_is_killed_while_it_sends_loses_no_alert(
    live_portal: LivePortal, http_receiver: HttpReceiver
) -> None:
    """At least once, under the same delivery id."""
    services.create_channel("hook", "webhook", {"url": http_receiver.url}, actor=ACTOR)
    http_receiver.delay_s = 3
    open_alert()
    http_receiver.wait_for(1)
    live_portal.kill("worker")
    (row,) = wait_for_states("sending")
    http_receiver.delay_s = 0
    live_portal.start("worker")
    # The clock is what the sweeper goes by: pretend that the minute has passed, and ring as beat does.
    AlertDelivery.objects.update(claimed_at=row.claimed_at - 2 * services.dispatch.STALE_AFTER)
    current_app.send_task("monitoring.deliver_due")
    (row,) = wait_for_states("delivered")
    assert row.attempts == 2
    assert {request.headers["x-modelops-delivery"] for request in http_receiver.requests} == {str(row.pk)}
