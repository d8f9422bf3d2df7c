"""Receivers get every row, in order, once; also after an outage and after a crash in the middle."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from django.db import connection
from django.utils import timezone
from moto.server import ThreadedMotoServer

from compliance.audit.models import AuditEvent
from compliance.audit.streaming.delivering import deliver, sealed_rows
from compliance.audit.streaming.models import Receiver
from compliance.audit.streaming.services import add_receiver, pause, resume, try_out
from compliance.audit.streaming.sinks.s3 import S3Sink
from compliance.ledger_desk.streams import streams_flow
from modelops.lib.errors import Conflict, DomainError, Invalid
from tests.audit.exporting.kit import OFFICER, write
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.streaming.receiving import SyslogServer, documents, once
from tests.receivers import HttpReceiver
from tests.registry.locations.hostile import certificate_for_this_machine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_receivers(settings: Any, tmp_path: Path) -> None:
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    settings.MODELOPS_HOME = tmp_path


@pytest.fixture
def ledger() -> SealedLedger:
    """60 sealed rows, or a few more."""
    write(60)
    sealed = SealedLedger()
    sealed.seal()
    return sealed


@pytest.fixture
def syslog() -> Iterator[SyslogServer]:
    server = SyslogServer()
    yield server
    server.close()


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "bucket": "siem",
        "region": "us-east-1",
        "endpoint": f"http://{host}:{port}",
        "key_id": "testing",
        "secret": "testing",
    }
    import httpx

    httpx.put(f"{options['endpoint']}/siem").raise_for_status()
    yield options
    server.stop()


def to_http(receiver: HttpReceiver, **more: Any) -> Receiver:
    url = f"http://127.0.0.1:{receiver.port}/rows"
    return add_receiver("siem", "http", {"url": url, "token": "t-123"}, batch_rows=20, actor=OFFICER, **more)


def rows_of(receiver: HttpReceiver) -> list[dict[str, Any]]:
    """What the receiver answered with 2xx."""
    return [json.loads(line) for request in receiver.requests for line in request.body.splitlines()]


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


def test_a_syslog_server_gets_every_row_as_one_message(ledger: SealedLedger, syslog: SyslogServer) -> None:
    """S4-89: RFC 5424 over TCP; a line break in a detail begins no second message."""
    options = {"host": "127.0.0.1", "port": syslog.port, "tls": "no"}
    receiver = add_receiver("collector", "syslog", options, batch_rows=25, actor=OFFICER)
    size = sealed_rows()
    assert deliver(receiver) == size
    assert [row["index"] for row in documents(syslog.messages)] == list(range(size))
    message = syslog.messages[-1].decode()
    assert message.startswith("<110>1 20")
    assert " modelops - tests.export." in message
    assert "\n" not in message


def test_syslog_over_tls_asks_for_a_certificate_that_is_trusted(
    ledger: SealedLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-89: RFC 5425; an unknown certificate gets nothing."""
    certificate = certificate_for_this_machine(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = SyslogServer(tls)
    receiver = add_receiver("collector", "syslog", {"host": "127.0.0.1", "port": server.port}, actor=OFFICER)
    assert deliver(receiver) == 0
    assert server.messages == []
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr("modelops.lib.outbound.tls_context", lambda: trusting)
    assert deliver(receiver) == sealed_rows()
    server.close()
    assert [row["index"] for row in documents(server.messages)] == list(range(sealed_rows()))


def test_a_secret_that_does_not_open_is_an_outage(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: told like any other, and nothing is sent without the token."""
    receiver = to_http(http_receiver)
    Receiver.objects.update(sealed_secret=b"damaged")
    assert deliver(receiver) == 0
    receiver.refresh_from_db()
    assert receiver.failures == 1
    assert http_receiver.requests == []


def test_a_syslog_server_that_is_away_loses_nothing(ledger: SealedLedger) -> None:
    """S4-89: nobody listens, then somebody does."""
    gone = SyslogServer()
    gone.close()
    options = {"host": "127.0.0.1", "port": gone.port, "tls": "no"}
    receiver = add_receiver("collector", "syslog", options, batch_rows=25, form="ocsf", actor=OFFICER)
    assert deliver(receiver) == 0
    back = SyslogServer()
    Receiver.objects.update(options={**options, "port": back.port})
    size = sealed_rows()
    assert deliver(receiver) == size
    back.close()
    assert [row["metadata"]["sequence"] for row in documents(back.messages)] == list(range(size))


def test_a_bucket_gets_one_object_a_batch_and_none_twice(
    ledger: SealedLedger, bucket: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-89: created and never replaced, also when a batch comes again after a crash."""
    receiver = add_receiver("archive", "s3", bucket | {"prefix": "audit"}, form="ecs", batch_rows=30, actor=OFFICER)
    with monkeypatch.context() as patch:
        patch.setattr("compliance.audit.streaming.delivering._taken", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deliver(receiver)
    size = sealed_rows()
    assert deliver(receiver) == size
    client = S3Sink({**bucket, "prefix": "audit"}, "testing")._client()
    names = sorted(entry["path"] for batch in obstore.list(client) for entry in batch)
    assert names[0] == "000000000000-000000000029.ecs.jsonl"
    lines = [json.loads(line) for name in names for line in obstore.get(client, name).bytes().to_bytes().splitlines()]
    assert [line["event"]["sequence"] for line in lines] == list(range(size))
    obstore.put(client, f"{size:012d}-{size + 4:012d}.ecs.jsonl", b"something else")
    write(5 - (sealed_rows() + AuditEvent.objects.count() - size - sealed_rows()))
    ledger.seal()
    receiver.refresh_from_db()
    Receiver.objects.update(batch_end=size + 5)
    assert deliver(receiver) == 0
    receiver.refresh_from_db()
    assert "another object" in receiver.last_error


def test_a_file_gets_every_line_once_whatever_a_crash_left(
    ledger: SealedLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-89: killed after any part of a batch was written."""
    receiver = add_receiver("lines", "file", {}, batch_rows=20, actor=OFFICER)
    path = tmp_path / "audit-stream/lines.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr("compliance.audit.streaming.delivering._taken", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deliver(receiver)
    whole = path.read_bytes()
    expected = list(range(sealed_rows()))
    for cut in (0, 1, len(whole) // 2, len(whole) - 1, len(whole)):
        path.write_bytes(whole[:cut])
        Receiver.objects.update(cursor=0, batch_end=20)
        deliver(receiver)
        assert [json.loads(line)["index"] for line in path.read_text().splitlines()] == expected, cut
    assert path.stat().st_mode & 0o077 == 0


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


def test_a_stream_can_begin_with_what_comes(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: rows from before stay where they are."""
    receiver = to_http(http_receiver, from_beginning=False)
    size = sealed_rows()
    assert deliver(receiver) == 0
    write(3)
    ledger.seal()
    deliver(receiver)
    assert rows_of(http_receiver)[0]["index"] == size


def test_a_row_that_is_gone_is_told_as_gone(ledger: SealedLedger, http_receiver: HttpReceiver) -> None:
    """S4-89: the stream goes on, and says so."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        cursor.execute(
            "DELETE FROM audit_auditevent WHERE id = (SELECT event_id FROM audit_sealing_leaf WHERE seq = 30)"
        )
    receiver = to_http(http_receiver)
    deliver(receiver)
    rows = rows_of(http_receiver)
    assert rows[30] == {"index": 30, "event": None}
    assert [row["index"] for row in rows] == list(range(sealed_rows()))


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
