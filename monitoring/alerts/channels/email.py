"""E-mail through the portal's own mail server or one that the channel names."""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string

from modelops.lib import outbound

from .base import Channel, DeliveryFailed, Field, Message, Receipt, channels, refuse

SECURITY = (
    ("auto", "STARTTLS when the server offers it"),
    ("starttls", "STARTTLS (port 587)"),
    ("tls", "TLS (port 465)"),
    ("none", "None (port 25)"),
)
DEFAULT_PORTS = {"auto": 25, "starttls": 587, "tls": 465, "none": 25}


class _PinnedConnection:
    """Makes smtplib connect to addresses that were checked before; the name stays for the certificate."""

    addresses: Sequence[Any] = ()
    deadline: outbound.Deadline
    handles: list[socket.socket]

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = outbound.connect(self.addresses, port, self.deadline)
        # TLS takes the socket over; a second handle still ends the connection when time runs out.
        self.handles.append(sock.dup())
        return sock


class _PinnedSMTP(_PinnedConnection, smtplib.SMTP):
    pass


class _PinnedSMTPS(_PinnedConnection, smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        return self.context.wrap_socket(plain, server_hostname=self._host)  # type: ignore[attr-defined]


class PinnedBackend(EmailBackend):
    """Django's SMTP backend for a server that a user named: checked addresses, one deadline for the whole dialogue."""

    def __init__(self, *, security: str, allow_private: bool, **options: Any) -> None:
        super().__init__(
            timeout=outbound.TOTAL_TIMEOUT_S, use_tls=security == "starttls", use_ssl=security == "tls", **options
        )
        self._security = security
        self._deadline = outbound.Deadline(outbound.TOTAL_TIMEOUT_S)
        self._handles: list[socket.socket] = []
        self._addresses = outbound.resolve(
            outbound.check_host(self.host), allow_private=allow_private, timeout_s=outbound.CONNECT_TIMEOUT_S
        )

    @property
    def ssl_context(self) -> ssl.SSLContext:
        return outbound.tls_context()

    @property
    def connection_class(self) -> Any:
        return self._connect

    def _connect(self, host: str, port: int, **options: Any) -> smtplib.SMTP:
        base = _PinnedSMTPS if self.use_ssl else _PinnedSMTP
        pins = {"addresses": self._addresses, "deadline": self._deadline, "handles": self._handles}
        pinned = type(base.__name__, (base,), pins)
        connection = pinned(host, port, **options)
        if self._security == "auto":
            connection.ehlo_or_helo_if_needed()
            # The caller begins TLS when this is set; without TLS a password stays here.
            self.use_tls = connection.has_extn("starttls")
            if self.password and not self.use_tls:
                connection.close()
                raise smtplib.SMTPNotSupportedError("STARTTLS")
        return connection

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        # smtplib's time limit is per read, so a server that drips could hold the dialogue for hours.
        watchdog = threading.Timer(self._deadline.left(), self._cut)
        watchdog.daemon = True
        watchdog.start()
        try:
            return super().send_messages(email_messages) or 0
        finally:
            watchdog.cancel()
            # TLS or sign-in failed, and nobody else closes what was opened for it.
            if (opened := getattr(self, "_partial_connection", None)) is not None:
                opened.close()
            for handle in self._handles:
                handle.close()

    def _cut(self) -> None:
        for handle in self._handles:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)


@channels.register("email")
class Email(Channel):
    """One message to all recipients, as text and as simple HTML."""

    label = "E-mail"
    description = "Sends to up to 20 addresses, through the portal's mail server or one of your own."
    takes_digests = True
    fields = (
        Field(
            "to",
            "Recipients",
            "E-mail addresses, parted by commas.",
            kind="addresses",
            aliases=("recipients", "addresses"),
        ),
        Field(
            "smtp_host",
            "Mail server",
            "Leave empty to use the portal's own mail server.",
            required=False,
            aliases=("host",),
            max_length=253,
        ),
        Field("smtp_port", "Port", "Leave empty for the usual one.", kind="integer", required=False, aliases=("port",)),
        Field(
            "smtp_security",
            "Encryption",
            "How the connection to your mail server is protected.",
            kind="choice",
            required=False,
            default="auto",
            choices=SECURITY,
            aliases=("security",),
        ),
        Field("smtp_username", "User name", required=False, aliases=("username",), max_length=200),
        Field("smtp_password", "Password", required=False, secret=True, aliases=("password",), max_length=500),
        Field(
            "from_address",
            "Sender",
            "Only with a mail server of your own; leave empty to use the portal's address.",
            kind="address",
            required=False,
            aliases=("from",),
        ),
    )

    def check(self) -> None:
        host = self.config.get("smtp_host")
        if not host:
            if any(self.config.get(name) for name in ("smtp_username", "smtp_password", "from_address")):
                raise refuse(
                    "smtp_host", "User name, password and sender belong to a mail server; name the server too."
                )
            return
        if self._port() not in outbound.MAIL_PORTS and self._port() < 1024:
            ports = ", ".join(str(port) for port in sorted(outbound.MAIL_PORTS))
            raise refuse("smtp_port", f"Port {self._port()} is no mail port; use {ports} or one from 1024.")
        if self.config.get("smtp_password") and self._security() == "none":
            raise refuse("smtp_security", "A password is not sent over an open connection; choose STARTTLS or TLS.")
        try:
            outbound.resolve(outbound.check_host(host), allow_private=self.allow_private, timeout_s=2)
        except outbound.ReceiverUnreachable:
            return

    def destination(self) -> str:
        to = self.config["to"]
        domains = ", ".join(sorted({address.rpartition("@")[2] for address in to}))
        return f"{len(to)} {'address' if len(to) == 1 else 'addresses'} at {domains}"

    def send(self, message: Message) -> Receipt:
        mail = self._mail(message)
        try:
            mail.connection = self._connection()
            mail.send()
        except outbound.ReceiverRefused as refusal:
            raise DeliveryFailed(str(refusal), permanent=True) from None
        except outbound.ReceiverUnreachable as fault:
            raise DeliveryFailed(str(fault)) from None
        except smtplib.SMTPRecipientsRefused as refusal:
            code, answer = next(iter(refusal.recipients.values()))
            raise _failed("The mail server refused every recipient", code, answer) from None
        except smtplib.SMTPAuthenticationError as refusal:
            raise _failed("The mail server refused the user name or password", refusal.smtp_code, b"") from None
        except smtplib.SMTPResponseException as refusal:
            raise _failed("The mail server refused the message", refusal.smtp_code, refusal.smtp_error) from None
        except smtplib.SMTPNotSupportedError:
            raise DeliveryFailed(
                "The mail server does not offer the chosen encryption or sign-in.", permanent=True
            ) from None
        except ssl.SSLError as fault:
            raise DeliveryFailed(f"The secure connection failed: {fault.reason}.") from None
        except (OSError, smtplib.SMTPException) as fault:
            what = "No complete answer in time" if isinstance(fault, TimeoutError) else "The connection broke"
            raise DeliveryFailed(f"{what} while talking to the mail server.") from None
        return Receipt(250, "accepted by the mail server")

    @classmethod
    def said(cls, message: Message) -> tuple[str, str]:
        # One line whatever the title holds: a line break in it must not become a second header.
        subject = " ".join((message.own_title or f"[{message.severity}] {message.headline}").split())
        return subject, render_to_string("monitoring/alert_mail.txt", {"message": message})

    def _port(self) -> int:
        return int(self.config.get("smtp_port") or DEFAULT_PORTS[self._security()])

    def _security(self) -> str:
        return str(self.config.get("smtp_security") or "auto")

    def _connection(self) -> Any:
        if not self.config.get("smtp_host"):
            # The administrator named this server in the settings, so the rules for users' receivers do not apply.
            return get_connection()
        return PinnedBackend(
            allow_private=self.allow_private,
            host=self.config["smtp_host"],
            port=self._port(),
            username=self.config.get("smtp_username") or "",
            password=self.config.get("smtp_password") or "",
            security=self._security(),
        )

    def _mail(self, message: Message) -> EmailMultiAlternatives:
        subject, text = self.said(message)
        sender = self.config.get("from_address") or settings.DEFAULT_FROM_EMAIL
        mail = EmailMultiAlternatives(
            subject=subject,
            body=text,
            from_email=sender,
            to=self.config["to"],
            headers={
                "X-ModelOps-Delivery": message.delivery_id,
                "X-ModelOps-Severity": message.severity,
                "Auto-Submitted": "auto-generated",
            },
        )
        mail.attach_alternative(render_to_string("monitoring/alert_mail.html", {"message": message}), "text/html")
        return mail


def _failed(what: str, code: int, answer: bytes | str) -> DeliveryFailed:
    """5yz answers are final, 4yz ones pass (RFC 5321, section 4.2.1)."""
    text = answer.decode("utf-8", errors="replace") if isinstance(answer, bytes) else answer
    return DeliveryFailed(f"{what} ({code}).", permanent=500 <= code < 600, code=code, answer=text[:1024])
