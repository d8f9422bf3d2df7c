"""A bucket and a file keep every row once, whatever a crash left there."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import obstore
import pytest
from moto.server import ThreadedMotoServer

from compliance.audit.models import AuditEvent
from compliance.audit.sealing.sizes import sealed_rows
from compliance.audit.streaming.delivering import deliver
from compliance.audit.streaming.models import Receiver
from compliance.audit.streaming.services import add_receiver
from compliance.audit.streaming.sinks.s3 import S3Sink
from tests.audit.exporting.kit import OFFICER, write
from tests.audit.exporting.sealing import SealedLedger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


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
    httpx.put(f"{options['endpoint']}/siem").raise_for_status()
    yield options
    server.stop()


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
    write(5 - (AuditEvent.objects.count() - size))
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
