"""Receivers get every row, in order, once; also after an outage and after a crash in the middle."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from compliance.audit.models import AuditEvent
from compliance.audit.sealing.sizes import sealed_rows
from compliance.audit.streaming.delivering import deliver
from compliance.audit.streaming.models import Receiver
from compliance.ledger_desk.streams import streams_flow
from tests.audit.exporting.kit import write
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.sealing.rows import as_superuser, sql
from tests.audit.streaming.receiving import once, rows_of, to_http
from tests.receivers import HttpReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


def test_an_http_receiver_gets_every_row_in_order_in_batches(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: JSON lines, with the token, each batch under a key of its own."""
    stream_row = to_http(http_receiver)
    size = sealed_rows()
    assert deliver(stream_row) == size
    assert [row["index"] for row in rows_of(http_receiver)] == list(range(size))
    first = http_receiver.requests[0]
    assert first.headers["authorization"] == "Bearer t-123"
    keys = [request.headers["idempotency-key"] for request in http_receiver.requests]
    assert keys[0] == f"{stream_row.pk}-0-19"
    assert len(set(keys)) == len(keys)
    assert deliver(stream_row) == 0


def test_the_token_is_sealed_and_shown_nowhere(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: neither in the row of the stream nor in the ledger."""
    to_http(http_receiver)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_json(r)::text FROM audit_streaming_receiver r")
        stored = str(cursor.fetchall())
    assert "t-123" not in stored
    assert b"t-123".hex() not in stored
    assert "t-123" not in str(list(AuditEvent.objects.values_list("details", flat=True)))


def test_after_an_hour_away_a_receiver_gets_every_row_once_and_in_order(
    ledger: SealedLedger, http_receiver: HttpReceiver
) -> None:
    """S4-89: down, tried with growing pauses, a finding meanwhile; then up."""
    receiver = to_http(http_receiver)
    http_receiver.status = 503
    for _ in range(6):
        assert deliver(receiver) == 0
        write(7)
        ledger.seal()
    receiver.refresh_from_db()
    assert receiver.failures == 6
    assert receiver.due_at > timezone.now() + timezone.timedelta(seconds=120)
    assert not Receiver.objects.due().exists()
    assert "503" in receiver.last_error
    hour_ago = timezone.now() - timezone.timedelta(hours=1)
    Receiver.objects.update(failing_since=hour_ago, due_at=timezone.now())
    finding = streams_flow().findings[0]
    assert finding.severity == "high"
    assert "has not got through" in finding.title
    assert list(AuditEvent.objects.filter(name="audit.stream.failed").values_list("outcome", flat=True)) == ["failure"]
    http_receiver.requests.clear()
    http_receiver.status = 200
    size = sealed_rows()
    assert deliver(receiver) == size
    assert [row["index"] for row in rows_of(http_receiver)] == list(range(size))
    ids = [row["event"]["id"] for row in rows_of(http_receiver)]
    assert len(set(ids)) == size
    assert AuditEvent.objects.filter(name="audit.stream.recovered").count() == 1
    assert streams_flow().passed


def test_the_same_rows_come_again_under_the_same_key_after_a_crash(
    ledger: SealedLedger, http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-89: killed between the receiver's answer and the note of it, while the ledger grows."""
    receiver = to_http(http_receiver)

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("compliance.audit.streaming.delivering._taken", killed)
        with pytest.raises(Killed):
            deliver(receiver)
    write(5)
    ledger.seal()
    deliver(receiver)
    keys = [request.headers["idempotency-key"] for request in http_receiver.requests]
    assert keys[0] == keys[1]
    assert http_receiver.requests[0].body == http_receiver.requests[1].body
    assert once(rows_of(http_receiver)) == list(range(sealed_rows()))


def test_a_secret_that_does_not_open_is_an_outage(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: told like any other, and nothing is sent without the token."""
    receiver = to_http(http_receiver)
    Receiver.objects.update(sealed_secret=b"damaged")
    assert deliver(receiver) == 0
    receiver.refresh_from_db()
    assert receiver.failures == 1
    assert http_receiver.requests == []


def test_a_row_that_is_gone_is_told_as_gone(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: the stream goes on, and says so."""
    with as_superuser():
        sql("DELETE FROM audit_auditevent WHERE id = (SELECT event_id FROM audit_sealing_leaf WHERE seq = 30)")
    receiver = to_http(http_receiver)
    deliver(receiver)
    rows = rows_of(http_receiver)
    assert rows[30] == {"index": 30, "event": None}
    assert [row["index"] for row in rows] == list(range(sealed_rows()))
