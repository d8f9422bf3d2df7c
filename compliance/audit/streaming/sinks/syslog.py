"""A syslog server: RFC 5424 messages over TCP, counted (RFC 6587), or over TLS (RFC 5425)."""

import contextlib
import socket
import ssl
from typing import Final

from django.conf import settings

from modelops.lib import outbound
from modelops.lib.errors import Invalid
from modelops.lib.outbound.addresses import FORBIDDEN_PORTS
from modelops.version import VERSION as PORTAL_VERSION

from ...vocabulary.words import Leaf
from .base import Batch, Field, NotTaken, Sink, sinks

_FACILITY: Final = 13  # log audit
_SEVERITIES: Final = {"success": 6, "denied": 4, "failure": 3}
_LOW_PORTS: Final = frozenset({514, 601})
_TIMEOUT_S: Final = 20.0


@sinks.register("syslog")
class SyslogSink(Sink):
    """The protocol has no receipts. A batch counts as taken once the server has read everything and closed its side."""

    label = "Syslog (RFC 5424)"
    fields = (
        Field("host", "Host", "Name or address of the syslog server.", most=253),
        Field("port", "Port", "6514 for TLS, often 514 or 601 without.", default="6514", most=5),
        Field("tls", "TLS", "yes, or no: without it only private addresses are reached.", default="yes", most=3),
    )

    def check(self) -> None:
        outbound.check_host(self.options["host"])
        port = self.options["port"]
        is_number = port.isascii() and port.isdigit() and 0 < int(port) < 65536
        if not is_number or (int(port) < 1024 and int(port) not in _LOW_PORTS) or int(port) in FORBIDDEN_PORTS:
            raise Invalid(
                f"Port {port} is not one for syslog; use 514, 601, 6514 or a free port from 1024.",
                code="receiver.setting",
                field="port",
            )
        if self.options["tls"] not in {"yes", "no"}:
            raise Invalid("TLS is yes or no.", code="receiver.setting", field="tls")

    def where(self) -> str:
        return f"{self.options['host']}:{self.options['port']}"

    def send(self, batch: Batch) -> None:
        deadline = outbound.Deadline(_TIMEOUT_S)
        try:
            with self._connected(deadline) as server:
                for leaf, line in zip(batch.leaves, batch.lines, strict=True):
                    message = message_of(leaf, line)
                    server.settimeout(deadline.left())
                    server.sendall(b"%d %s" % (len(message), message))
                self._wait_until_read(server, deadline)
        except (outbound.ReceiverRefused, outbound.ReceiverUnreachable) as fault:
            raise NotTaken(str(fault)) from None
        except OSError as fault:
            raise NotTaken(f"The connection to the syslog server ended ({type(fault).__name__}).") from None

    def _connected(self, deadline: outbound.Deadline) -> socket.socket:
        is_tls = self.options["tls"] == "yes"
        addresses = outbound.resolve(
            outbound.check_host(self.options["host"]), allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS
        )
        if not is_tls and not all(outbound.is_allowed_private(one) for one in addresses):
            raise NotTaken("Without TLS syslog is spoken to private addresses only.")
        server = outbound.connect(addresses, int(self.options["port"]), deadline)
        if not is_tls:
            return server
        try:
            server.settimeout(deadline.left())
            return outbound.tls_context().wrap_socket(server, server_hostname=self.options["host"])
        except BaseException:
            server.close()
            raise

    def _wait_until_read(self, server: socket.socket, deadline: outbound.Deadline) -> None:
        """Say that nothing more comes, and wait for the server to close: it has read everything then."""
        server.settimeout(deadline.left())
        if isinstance(server, ssl.SSLSocket):
            # Servers that have read everything may close without saying so in TLS once more.
            with contextlib.suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError):
                server.unwrap()
            return
        server.shutdown(socket.SHUT_WR)
        while server.recv(1024):
            server.settimeout(deadline.left())


def message_of(leaf: Leaf | None, line: str) -> bytes:
    """One message. The line is JSON, in which control characters are escaped: it cannot begin another message."""
    severity = _SEVERITIES.get(leaf["outcome"], 5) if leaf else 1
    at = leaf["at"] if leaf else "-"
    action = str(leaf["action"])[:32] if leaf else "row_missing"
    head = f"<{_FACILITY * 8 + severity}>1 {at} {_host()} modelops - {action}"
    return f'{head} [origin software="ModelOps portal" swVersion="{PORTAL_VERSION}"] \ufeff{line}'.encode()


def _host() -> str:
    """The name of this machine, as the format takes it."""
    return "".join(letter for letter in socket.gethostname() if 33 <= ord(letter) <= 126)[:255] or "-"
