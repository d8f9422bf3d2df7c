"""Requests that were refused as too many: each counted, none of them a row of its own."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from compliance.audit.models import AuditEvent
from modelops.rest.models import LimitedRequests
from modelops.rest.tasks import record_limited_requests
from tests.accounts.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
ROUTE = "/api/v1/auth/token/"


def guess(client: Client) -> Any:
    body = {"username": "scientist", "password": "wrong", "otp": "000000"}
    return client.post(ROUTE, body, content_type="application/json")


def counted(client: Client) -> float:
    """What /metrics says of refused floods at the door of the API."""
    lines = client.get("/metrics").content.decode().splitlines()
    mark = 'modelops_http_rate_limited_total{actor="anonymous",route="/api/v1/auth/token/"} '
    return sum(float(line.removeprefix(mark)) for line in lines if line.startswith(mark))


def test_a_flood_is_counted_exactly_and_recorded_once_a_minute() -> None:
    """S2-64: for an actor, a route and a minute, on /metrics and in the ledger."""
    make_user(password=PASSWORD)
    client = Client()
    before = counted(client)
    answers = [guess(client).status_code for _ in range(25)]
    assert answers == [401] * 5 + [429] * 20
    assert counted(client) - before == 20
    assert record_limited_requests() == 0  # the minute may go on
    LimitedRequests.objects.update(minute=F("minute") - dt.timedelta(minutes=2))
    recorded = record_limited_requests()
    rows = AuditEvent.objects.filter(name="rest.requests.limited", outcome="denied")
    assert recorded == rows.count() in {1, 2}  # two when a minute ended meanwhile
    assert sum(row.details["count"] for row in rows) == 20
    assert {(row.details["route"], row.actor_kind, row.source) for row in rows} == {
        (ROUTE, "anonymous", "127.0.0.0/24")
    }
    assert record_limited_requests() == 0
    assert AuditEvent.objects.filter(name="audit.request.refused").count() == 0


def test_a_person_at_a_form_is_counted_too() -> None:
    make_user(password=PASSWORD)
    client = Client()
    for _ in range(6):
        answer = client.post("/sign-in/", {"username": "scientist", "password": "wrong"})
    assert answer.status_code == 429
    assert LimitedRequests.objects.get().route == "/sign-in/"
