"""Who and where: stored once for many rows, never lost to a rollback, removed after the policy's months."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from compliance.audit import Actor, define, record
from compliance.audit.context import acting, escaped, of_request
from compliance.audit.models import AuditEvent
from compliance.audit.personal import origins, payloads
from compliance.audit.personal.models import Payload, SubjectKey
from compliance.ledger_desk.addresses import remove_addresses

ACTED = define("tests.origin.acted", "acted", category="system")


@pytest.fixture(autouse=True)
def _forgetful() -> Any:
    origins.forget()
    yield
    origins.forget()


def person() -> Actor:
    return Actor("user", str(uuid.uuid4()))


def origin_of_newest() -> dict[str, Any] | None:
    event = AuditEvent.objects.filter(name=ACTED.name).first()
    assert event is not None
    assert event.origin is not None
    return payloads.open_payload(bytes(event.origin))


@pytest.mark.django_db(transaction=True)
def test_one_origin_serves_all_rows_of_a_person_session_address_browser_and_day() -> None:
    """S4-81, S4-87: stored once, not per event; any difference makes another one."""
    who = person()
    here = {"address": "203.0.113.77", "user_agent": "Firefox", "session": "one"}
    with acting(**here):
        for _ in range(3):
            with transaction.atomic():
                record(ACTED, None, actor=who)
                record(ACTED, None, actor=who)
    assert Payload.objects.count() == 1
    assert origin_of_newest() == here
    for change in ({"session": "two"}, {"address": "203.0.113.78"}, {"user_agent": "curl"}):
        with acting(**{**here, **change}), transaction.atomic():
            record(ACTED, None, actor=who)
    with acting(**here), transaction.atomic():
        record(ACTED, None, actor=person())
        record(ACTED, None, actor=Actor.anonymous())
    assert Payload.objects.count() == 6
    assert SubjectKey.objects.filter(subject_ref=f"strangers:{timezone.now():%Y-%m-%d}").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whole", [True, False], ids=["transaction", "savepoint"])
def test_an_origin_that_was_rolled_back_is_stored_again(whole: bool) -> None:
    """A row never commits to an origin that a rollback took away."""
    who = person()

    class Stop(Exception):
        pass

    def failing() -> None:
        with transaction.atomic():
            record(ACTED, None, actor=who)
            raise Stop

    with acting(address="203.0.113.77"):
        if whole:
            with pytest.raises(Stop):
                failing()
            with transaction.atomic():
                record(ACTED, None, actor=who)
        else:
            with transaction.atomic():
                with pytest.raises(Stop):
                    failing()
                record(ACTED, None, actor=who)
    assert AuditEvent.objects.filter(name=ACTED.name).count() == 1
    assert (origin_of_newest() or {})["address"] == "203.0.113.77"


@pytest.mark.django_db
def test_work_without_a_request_has_no_origin() -> None:
    record(ACTED, None, actor=Actor.system("tests"))
    assert AuditEvent.objects.get(name=ACTED.name).origin is None


@pytest.mark.django_db
def test_rows_of_an_address_are_found_without_the_address_standing_anywhere() -> None:
    """S4-86: by a keyed digest, and only as long as the origin is kept."""
    for address in ("203.0.113.77", "203.0.113.78"):
        with acting(address=address):
            record(ACTED, None, actor=person())
    found = AuditEvent.objects.filter(name=ACTED.name, origin__in=origins.origins_of("203.0.113.77"))
    assert [payloads.open_payload(bytes(event.origin or b""))["address"] for event in found] == [  # type: ignore[index]
        "203.0.113.77"
    ]


@pytest.mark.django_db
def test_full_addresses_go_after_the_policys_days_and_networks_stay(settings: Any) -> None:
    """S4-86: 90 days by default; the row keeps its /24 and its commitment."""
    settings.MODELOPS_ADDRESSES_KEPT_DAYS = 90
    for who in (person(), Actor.anonymous()):
        with acting(address="203.0.113.77", source="203.0.113.0/24"):
            record(ACTED, None, actor=who)
    old, young = timezone.now() - dt.timedelta(days=91, minutes=1), timezone.now() - dt.timedelta(days=90)
    Payload.objects.update(created_at=young)
    assert remove_addresses() == 0
    Payload.objects.update(created_at=old)
    SubjectKey.objects.update(created_at=old)
    assert remove_addresses() == 2
    assert remove_addresses() == 0
    rows = AuditEvent.objects.filter(name=ACTED.name)
    assert {row.source for row in rows} == {"203.0.113.0/24"}
    assert all(payloads.open_payload(bytes(row.origin or b"")) is None for row in rows)
    assert not SubjectKey.objects.filter(subject_ref__startswith="strangers:").exists()
    told = AuditEvent.objects.get(name="audit.addresses.removed")
    assert told.details == {"count": 2, "days": 90}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("agent", "kept"),
    [
        ("A" * 70_000, "A" * 256),
        ("a\x1b[31mred\r\nx", "a\\x1b[31mred\\r\\nx"),
        ("a\u202eb", None),
    ],
    ids=["long", "terminal", "direction"],
)
def test_a_hostile_user_agent_is_cut_and_escaped(agent: str, kept: str | None) -> None:
    """S4-87, S0-30: at most 256 characters, none of which drives a terminal or turns text around."""
    Client(REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT=agent).get("/api/v1/models/")
    event = AuditEvent.objects.filter(name="audit.request.refused").first()
    assert event is not None
    content = payloads.open_payload(bytes(event.origin or b""))
    assert content is not None
    assert content["user_agent"].isprintable()
    assert len(content["user_agent"]) <= 256
    assert kept is None or content["user_agent"] == kept


def test_what_prints_stays_as_it_is() -> None:
    assert escaped("Browser/1.0 (Größe)") == "Browser/1.0 (Größe)"
    assert escaped("\u202e\x00\ud800") == "\\u202e\\x00\\ud800"
    assert of_request("r", "unix:", "x").address == ""
    assert of_request("r", "2001:DB8:1::3", "x").source == "2001:db8:1::/48"
