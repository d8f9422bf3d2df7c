"""Syslog over TCP or TLS, as RFC 5424 messages with octet counting (RFC 6587, RFC 5425)."""

import socket
import ssl
from datetime import UTC, datetime

from modelops.lib import outbound

from .base import Channel, DeliveryFailed, Field, Message, Receipt, channels, refuse

SECURITY = (("tls", "TLS (port 6514)"), ("none", "None (port 601)"))
DEFAULT_PORTS = {"tls": 6514, "none": 601}
FACILITY = 13  # log audit
_LEVELS = {"critical": 2, "high": 3, "medium": 4, "low": 5, "info": 6}
LONGEST = 4000
TAKEN = 200


def line(message: Message, host: str) -> bytes:
    """One RFC 5424 message; ids and states stand in its structured data."""
    priority = FACILITY * 8 + _LEVELS.get(message.severity, 6)
    # The number after the at sign is the private enterprise number that RFC 5612 keeps for documentation.
    facts = {"delivery": message.delivery_id, "alert": message.alert_id, "key": message.key, "state": message.state}
    data = " ".join(f'{name}="{_escaped(value)}"' for name, value in facts.items())
    text = " ".join(" ".join([message.headline, *message.lines()]).split())[:LONGEST]
    head = f"<{priority}>1 {datetime.now(UTC).isoformat(timespec='milliseconds')} {host} modelops - alert"
    return f"{head} [modelops@32473 {data}] {text}".encode()


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


@channels.register("syslog")
class Syslog(Channel):
    """One connection per message. Syslog has no answer: a message counts as taken once all of it was sent."""

    label = "Syslog"
    description = "Sends to a syslog server or SIEM over TLS or TCP."
    fields = (
        Field("host", "Server", max_length=253),
        Field("port", "Port", "Leave empty for the usual one.", kind="integer", required=False),
        Field("security", "Encryption", kind="choice", required=False, default="tls", choices=SECURITY),
    )

    def check(self) -> None:
        if self._port() < 1024 and self._port() not in {514, 601}:
            raise refuse("port", f"Port {self._port()} is no syslog port; use 514, 601, 6514 or one from 1024.")
        try:
            outbound.resolve(outbound.check_host(self.config["host"]), allow_private=self.allow_private, timeout_s=2)
        except outbound.ReceiverUnreachable:
            return

    def destination(self) -> str:
        return f"{self.config['host']}:{self._port()}"

    def send(self, message: Message) -> Receipt:
        said = line(message, "modelops")
        deadline = outbound.Deadline(outbound.TOTAL_TIMEOUT_S)
        try:
            host = outbound.check_host(self.config["host"])
            addresses = outbound.resolve(host, allow_private=self.allow_private, timeout_s=outbound.CONNECT_TIMEOUT_S)
            with self._connected(outbound.connect(addresses, self._port(), deadline), deadline) as sock:
                sock.settimeout(deadline.left())
                sock.sendall(b"%d %s" % (len(said), said))
                sock.shutdown(socket.SHUT_WR)
        except outbound.ReceiverRefused as refusal:
            raise DeliveryFailed(str(refusal), permanent=True) from None
        except outbound.ReceiverUnreachable as fault:
            raise DeliveryFailed(str(fault)) from None
        except ssl.SSLError as fault:
            raise DeliveryFailed(f"The secure connection failed: {fault.reason}.") from None
        except OSError as fault:
            raise DeliveryFailed(f"The connection broke: {fault.strerror or 'timed out'}.") from None
        return Receipt(TAKEN, "sent; syslog has no answer")

    def _connected(self, plain: socket.socket, deadline: outbound.Deadline) -> socket.socket:
        if self.config["security"] == "none":
            return plain
        try:
            plain.settimeout(deadline.left())
            return outbound.tls_context().wrap_socket(plain, server_hostname=self.config["host"])
        except BaseException:
            plain.close()
            raise

    def _port(self) -> int:
        return int(self.config.get("port") or DEFAULT_PORTS[self.config["security"]])
