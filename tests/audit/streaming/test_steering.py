"""Somebody adds a stream, tries it, pauses it and lets it go on; what cannot work is refused."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.audit.models import AuditEvent
from compliance.audit.sealing.sizes import sealed_rows
from compliance.audit.streaming.delivering import deliver, lock_key
from compliance.audit.streaming.models import LONGEST_WAIT_S, Receiver
from compliance.audit.streaming.services import add_receiver, pause, remove, resume, try_out
from compliance.audit.streaming.sinks import Batch
from compliance.audit.streaming.sinks.http import HttpSink
from compliance.ledger_desk.streams import streams_flow
from modelops.lib.errors import Conflict, DomainError, Invalid
from tests.audit.exporting.kit import OFFICER, write
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.sealing.rows import another_connection
from tests.audit.streaming.receiving import rows_of, to_http
from tests.receivers import HttpReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


def test_a_paused_stream_sends_nothing_and_goes_on_where_it_stopped(
    ledger: SealedLedger, http_receiver: HttpReceiver
) -> None:
    """S4-89: and refuses to be paused or resumed twice."""
    receiver = to_http(http_receiver)
    pause(receiver, actor=OFFICER)
    with pytest.raises(Conflict):
        pause(receiver, actor=OFFICER)
    assert deliver(receiver) == 0
    assert "paused" in streams_flow().findings[0].title
    resume(receiver, actor=OFFICER)
    with pytest.raises(Conflict):
        resume(receiver, actor=OFFICER)
    assert deliver(receiver) > 0


def test_trying_a_stream_sends_one_row_and_leaves_the_cursor(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: the result stands in the ledger, without the receiver's words."""
    receiver = to_http(http_receiver)
    assert try_out(receiver, actor=OFFICER) == ""
    assert [row["index"] for row in rows_of(http_receiver)] == [0]
    http_receiver.status = 500
    assert "500" in try_out(receiver, actor=OFFICER)
    receiver.refresh_from_db()
    assert receiver.cursor == 0
    told = AuditEvent.objects.filter(name="audit.stream.tested").order_by("id")
    assert [row.details["result"] for row in told] == ["taken", "not taken"]


def test_a_stream_is_not_tried_while_rows_are_sent_to_it(ledger: SealedLedger, tmp_path: Path) -> None:
    """S4-89: two that write to one file at once would cut each other's lines."""
    receiver = add_receiver("lines", "file", {}, actor=OFFICER)
    with another_connection(autocommit=True) as worker:
        worker.execute("SELECT pg_advisory_lock(%s)", [lock_key(receiver)])
        with pytest.raises(Conflict) as refusal:
            try_out(receiver, actor=OFFICER)
        worker.execute("SELECT pg_advisory_unlock(%s)", [lock_key(receiver)])
    assert refusal.value.code == "receiver.busy"
    assert not (tmp_path / "audit-stream").exists()
    assert try_out(receiver, actor=OFFICER) == ""


@pytest.mark.parametrize("status", [200, 503])
def test_a_stream_that_is_ended_while_it_sends_leaves_nothing_behind(
    ledger: SealedLedger, http_receiver: HttpReceiver, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-89: neither a task that fails nor a row about an outage of what is no more."""
    receiver = to_http(http_receiver)
    http_receiver.status = status
    send = HttpSink.send

    def ended(sink: HttpSink, batch: Batch) -> None:
        remove(receiver, actor=OFFICER)
        send(sink, batch)

    monkeypatch.setattr(HttpSink, "send", ended)
    deliver(Receiver.objects.get())
    assert len(http_receiver.requests) == 1
    assert AuditEvent.objects.filter(name__startswith="audit.stream.").latest("id").name == "audit.stream.removed"


def test_a_stream_can_begin_with_what_comes(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: rows from before stay where they are."""
    receiver = to_http(http_receiver, from_beginning=False)
    size = sealed_rows()
    assert deliver(receiver) == 0
    write(3)
    ledger.seal()
    deliver(receiver)
    assert rows_of(http_receiver)[0]["index"] == size


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("http", {"url": "ftp://siem.test/"}, "receiver.refused"),
        ("http", {"url": "http://169.254.169.254/latest"}, "receiver.refused"),
        ("http", {}, "receiver.setting"),
        ("syslog", {"host": "siem.test", "port": "22"}, "receiver.setting"),
        ("syslog", {"host": "siem.test", "port": "514", "tls": "perhaps"}, "receiver.setting"),
        (
            "s3",
            {"bucket": "b", "region": "r", "key_id": "k", "secret": "s", "endpoint": "gopher://x"},
            "receiver.refused",
        ),
        ("pigeon", {}, "receiver.kind"),
    ],
)
def test_settings_that_cannot_work_are_refused(kind: str, given: dict[str, str], code: str) -> None:
    """S4-89: nothing is stored."""
    with pytest.raises(DomainError) as refusal:
        add_receiver("siem", kind, given, actor=OFFICER)
    assert refusal.value.code == code
    assert not Receiver.objects.exists()


def test_an_unknown_format_and_an_oversized_batch_are_refused(tmp_path: Path) -> None:
    """S4-89: by name of the field."""
    for changes in ({"form": "xml"}, {"batch_rows": 0}, {"batch_rows": 50_000}):
        with pytest.raises(Invalid) as refusal:
            add_receiver("lines", "file", {}, actor=OFFICER, **changes)
        assert refusal.value.field == next(iter(changes))
    add_receiver("lines", "file", {}, actor=OFFICER)
    with pytest.raises(Conflict):
        add_receiver("lines", "file", {}, actor=OFFICER)


def test_the_row_of_an_end_says_what_the_database_saw_go(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-93: settings as they were, and no secret."""
    receiver = to_http(http_receiver)
    remove(receiver, actor=OFFICER)
    [told] = AuditEvent.objects.filter(name="audit.stream.removed")
    assert told.target_id == str(receiver.pk)
    [gone] = [one for one in told.details["diff"] if one["model"] == "audit_streaming.receiver"]
    [row] = gone["rows"]
    assert row["changes"]["name"] == [receiver.name, None]
    assert row["changes"]["is_paused"] == [False, None]


def test_what_waits_longer_than_any_wait_is_due(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: a clock that was set back silences no stream; one that failed a moment ago still waits."""
    receiver = to_http(http_receiver)
    for wait_s, is_due in ((-1, True), (LONGEST_WAIT_S, False), (LONGEST_WAIT_S + 3600, True)):
        Receiver.objects.filter(pk=receiver.pk).update(due_at=timezone.now() + timedelta(seconds=wait_s))
        assert Receiver.objects.due().exists() is is_due, wait_s
    pause(receiver, actor=OFFICER)
    assert not Receiver.objects.due().exists()
