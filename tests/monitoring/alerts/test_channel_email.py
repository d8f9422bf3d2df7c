"""E-mail on the wire (S3-52: plain text and HTML)."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from modelops.lib import outbound
from monitoring.alerts.channels import Channel, DeliveryFailed, channels
from monitoring.alerts.channels.settings import clean
from tests.monitoring.alerts.factories import message
from tests.receivers import Mailbox


def email(server: Mailbox, **changes: Any) -> Channel:
    given = {"to": ["a@example.com", "b@example.com"], "smtp_host": server.host, "smtp_port": server.port, **changes}
    cls = channels.get("email")
    return cls(clean(cls, given), allow_private=True)


def test_a_mail_goes_to_all_recipients_as_text_and_html(smtp_server: Mailbox) -> None:
    receipt = email(smtp_server, from_address="alerts@example.com").send(message(title="<b>Drift</b>"))
    (mail,) = smtp_server.messages
    assert receipt.code == 250
    assert mail["Subject"] == "[high] <b>Drift</b>"
    assert (mail["From"], mail["To"]) == ("alerts@example.com", "a@example.com, b@example.com")
    assert mail["X-Envelope-To"] == "a@example.com, b@example.com"
    assert mail["X-ModelOps-Delivery"] == message().delivery_id
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert message().body in text
    assert message().url in text
    assert "<b>Drift</b>" in text
    assert "&lt;b&gt;Drift&lt;/b&gt;" in html
    assert message().url in html


def test_a_line_break_in_a_title_makes_no_header(smtp_server: Mailbox) -> None:
    email(smtp_server).send(message(title="Drift\r\nBcc: c@example.com\nX-Other: 1"))
    (mail,) = smtp_server.messages
    assert mail["Bcc"] is None
    assert mail["X-Other"] is None
    assert mail["Subject"] == "[high] Drift Bcc: c@example.com X-Other: 1"
    assert mail["X-Envelope-To"] == "a@example.com, b@example.com"


@pytest.mark.parametrize(("answer", "code", "permanent"), [("554 no", 554, True), ("451 later", 451, False)])
def test_a_refusal_of_the_server_is_final_or_passes(
    smtp_server: Mailbox, answer: str, code: int, permanent: bool
) -> None:
    smtp_server.refuse_with = answer
    with pytest.raises(DeliveryFailed) as failure:
        email(smtp_server).send(message())
    assert (failure.value.code, failure.value.permanent) == (code, permanent)
    assert failure.value.answer == answer[4:]


def test_a_private_mail_server_is_not_called_without_the_permission(smtp_server: Mailbox) -> None:
    for host in ("127.0.0.1", "localhost"):
        channel = email(smtp_server, smtp_host=host)
        channel.allow_private = False
        with pytest.raises(DeliveryFailed) as failure:
            channel.send(message())
        assert failure.value.permanent
    assert smtp_server.messages == []


def test_a_password_is_not_sent_to_a_server_without_encryption(smtp_server: Mailbox) -> None:
    """The server offers no STARTTLS: asked for or not, the password stays here."""
    for security in ("auto", "starttls"):
        with pytest.raises(DeliveryFailed, match="encryption") as failure:
            email(smtp_server, smtp_username="u", smtp_password="p", smtp_security=security).send(message())
        assert failure.value.permanent
    assert smtp_server.messages == []
    email(smtp_server, smtp_security="none").send(message())
    assert len(smtp_server.messages) == 1


def test_a_server_that_is_away_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    cls = channels.get("email")
    with pytest.raises(DeliveryFailed) as failure:
        cls({"to": ["a@example.com"], "smtp_host": "127.0.0.1", "smtp_port": port}, allow_private=True).send(message())
    assert not failure.value.permanent


@pytest.fixture
def dripping_port() -> Iterator[int]:
    """A mail server whose greeting never ends: each read succeeds."""
    closing = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        caller, _ = server.accept()
        with caller:
            try:
                while not closing.wait(0.05):
                    caller.sendall(b"2")
            except OSError:
                return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    closing.set()
    server.close()
    thread.join(5)


def test_a_mail_server_that_drips_ends_at_the_deadline(dripping_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "TOTAL_TIMEOUT_S", 0.6)
    cls = channels.get("email")
    channel = cls({"to": ["a@example.com"], "smtp_host": "127.0.0.1", "smtp_port": dripping_port}, allow_private=True)
    began = time.monotonic()
    with pytest.raises(DeliveryFailed) as failure:
        channel.send(message())
    assert not failure.value.permanent
    assert time.monotonic() - began < 3
