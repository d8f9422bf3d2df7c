"""Erasing people and removing old addresses takes nothing from the proof."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from compliance.audit.context import acting
from compliance.audit.models import AuditEvent
from compliance.audit.personal.models import Payload
from compliance.audit.personal.payloads import open_payload
from compliance.audit.personal.removing import erase
from compliance.audit.sealing.models import Leaf
from compliance.audit.verifying import verify
from compliance.ledger_desk.addresses import remove_addresses

from .sealed import HAPPENED, CommittedLedger, put_back

pytestmark = pytest.mark.django_db


ERASED, OTHER = (Actor("user", str(uuid.uuid4())) for _ in range(2))


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[CommittedLedger]:
    """A sealed ledger with rows of two people: the sealer sees committed rows alone."""
    with django_db_blocker.unblock():
        found = CommittedLedger()
        for number, who in enumerate((ERASED, OTHER)):
            with acting(address="203.0.113.77", source="203.0.113.0/24"), transaction.atomic():
                record(HAPPENED, None, actor=who, personal={"email": "a@example.org"}, subject=who, number=number)
        found.grow(20)
    yield found
    with django_db_blocker.unblock():
        put_back()


def test_the_ledger_holds_after_people_were_erased_and_addresses_removed(ledger: CommittedLedger) -> None:
    """S4-85, S4-86: rows sealed, signed and anchored before; every row hashed anew after."""
    rows = {row.actor_ref: row for row in AuditEvent.objects.filter(actor_ref__in=[ERASED.ref, OTHER.ref])}
    assert Leaf.objects.filter(event_id__in=[row.pk for row in rows.values()]).count() == 2
    assert all(open_payload(bytes(row.origin or b"")) for row in rows.values())
    assert verify(anchors={"file": ledger.notes}, at_once=1).holds

    erase([ERASED.ref], actor=Actor.system("tests"))
    Payload.objects.filter(kind="origin").update(created_at=timezone.now() - dt.timedelta(days=200))
    assert remove_addresses() == 1

    verdict = verify(anchors={"file": ledger.notes}, at_once=1)
    assert verdict.findings == []
    assert verdict.holds
    assert open_payload(bytes(rows[ERASED.ref].personal or b"")) is None
    assert open_payload(bytes(rows[OTHER.ref].personal or b"")) == {"email": "a@example.org"}
    assert all(open_payload(bytes(row.origin or b"")) is None for row in rows.values())
    assert {row.source for row in rows.values()} == {"203.0.113.0/24"}
