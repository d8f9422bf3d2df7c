"""A syslog server gets every row as one message; over TLS, only once its certificate is trusted."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.audit.sealing.sizes import sealed_rows
from compliance.audit.streaming.delivering import deliver
from compliance.audit.streaming.models import Receiver
from compliance.audit.streaming.services import add_receiver
from tests.audit.exporting.kit import OFFICER
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.streaming.receiving import SyslogServer, documents
from tests.registry.locations.hostile import certificate_for_this_machine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


@pytest.fixture
def syslog() -> Iterator[SyslogServer]:
    server = SyslogServer()
    yield server
    server.close()


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
