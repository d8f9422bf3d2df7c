"""What goes wrong at the other end, for every kind of channel that calls somebody."""

import functools
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from modelops.lib import outbound
from monitoring.alerts import services
from monitoring.alerts.channels import DeliveryFailed, channels
from monitoring.models import AlertChannel, AlertDelivery
from tests.monitoring.alerts.factories import ACTOR, message, open_alert
from tests.receivers import HttpReceiver
from tests.registry.locations.hostile import certificate_for_this_machine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]

SMS = {"to": "+436601234567", "from_number": "+15005550006", "account": "AC1", "token": "t0ken"}
# What each kind needs besides its address.
KINDS: dict[str, dict[str, Any]] = {
    "webhook": {},
    "slack": {},
    "teams": {},
    "pagerduty": {"routing_key": "r0ut1ng"},
    "opsgenie": {"api_key": "k3y"},
    "ntfy": {"topic": "t0pic"},
    "sms": SMS,
}
each_kind = pytest.mark.parametrize("kind", KINDS)


class Hostile:
    """Takes connections and does the same to each of them."""

    def __init__(self, treat: Callable[[socket.socket], None]) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._treat = treat
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listening.getsockname()[1])

    def _serve(self) -> None:
        while not self.closing.is_set():
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            with caller:
                try:
                    self._treat(caller)
                except OSError:
                    continue

    def stop(self) -> None:
        """Listen no longer."""
        self.closing.set()
        # A thread that waits for a caller does not hear that its socket was closed.
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._listening.close()
        self._thread.join(20)


@pytest.fixture
def hostile() -> Iterator[Callable[[Callable[[socket.socket], None]], Hostile]]:
    """Makes receivers that treat their callers badly."""
    made: list[Hostile] = []

    def make(treat: Callable[[socket.socket], None]) -> Hostile:
        made.append(Hostile(treat))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def send(kind: str, url: str) -> DeliveryFailed:
    """The failure of a message to that address."""
    channel = channels.get(kind)({**KINDS[kind], "url": url}, allow_private=True)
    with pytest.raises(DeliveryFailed) as failure:
        channel.send(message())
    return failure.value


def _reset(caller: socket.socket) -> None:
    caller.recv(64)
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _drip(caller: socket.socket) -> None:
    caller.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        caller.sendall(b"a")
        time.sleep(0.02)


@each_kind
def test_a_receiver_that_resets_is_tried_again(kind: str, hostile: Any) -> None:
    """S3-53"""
    failure = send(kind, f"http://127.0.0.1:{hostile(_reset).port}/")
    assert not failure.permanent
    assert "broke before an answer was complete" in failure.reason


@each_kind
def test_a_receiver_that_drips_is_left_at_the_deadline(
    kind: str, hostile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3-53: each read succeeds, and yet all of it ends."""
    monkeypatch.setattr(outbound, "post", functools.partial(outbound.post, total_timeout_s=0.3))
    failure = send(kind, f"http://127.0.0.1:{hostile(_drip).port}/")
    assert not failure.permanent
    assert "0.3 seconds" in failure.reason or "in time" in failure.reason


@each_kind
def test_a_receiver_with_a_wrong_certificate_hears_nothing(kind: str, hostile: Any, tmp_path: Path) -> None:
    """S3-53"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_for_this_machine(tmp_path))
    heard: list[bytes] = []

    def listen(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as safe:
            heard.append(safe.recv(64))

    failure = send(kind, f"https://127.0.0.1:{hostile(listen).port}/")
    assert failure.reason == "The connection was not made: its certificate was not accepted."
    assert not failure.permanent
    assert b"".join(heard) == b""


@each_kind
def test_a_receiver_that_is_gone_for_good_is_switched_off(kind: str, http_receiver: HttpReceiver) -> None:
    """S3-56: 410 three times in a row; what is in between starts the count anew."""
    http_receiver.statuses = [410, 410, 200, 410, 410, 410]
    config = {**KINDS[kind], "url": http_receiver.url}
    channel = services.create_channel("gone", kind, config, actor=ACTOR)
    for number in range(6):
        assert AlertChannel.objects.get(pk=channel.pk).enabled
        open_alert("k" * (number + 1))
        services.deliver_due()
    channel.refresh_from_db()
    assert not channel.enabled
    assert "410 3 times in a row" in channel.disabled_reason
    open_alert("after it")
    assert services.deliver_due() == 0
    assert len(http_receiver.requests) == 6


@each_kind
def test_a_receiver_that_asks_for_time_gets_it(kind: str, http_receiver: HttpReceiver) -> None:
    """S3-56: Retry-After is kept, and the same message arrives afterwards under its id."""
    http_receiver.statuses, http_receiver.headers = [429], {"Retry-After": "1200"}
    services.create_channel("busy", kind, {**KINDS[kind], "url": http_receiver.url}, actor=ACTOR)
    open_alert()
    services.deliver_due()
    row = AlertDelivery.objects.get()
    assert (row.state, row.last_code) == ("failed", 429)
    assert timezone.now() + timedelta(minutes=19) < row.next_attempt_at < timezone.now() + timedelta(minutes=21)
    assert services.deliver_due() == 0
    AlertDelivery.objects.update(next_attempt_at=timezone.now())
    services.deliver_due()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("delivered", 2)


@each_kind
def test_a_redirect_is_not_followed(kind: str, http_receiver: HttpReceiver) -> None:
    """S3-53"""
    http_receiver.status, http_receiver.headers = 307, {"Location": f"{http_receiver.url}/inside"}
    failure = send(kind, http_receiver.url)
    assert failure.permanent
    assert len(http_receiver.requests) == 1


def test_a_syslog_server_with_a_wrong_certificate_hears_nothing(hostile: Any, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_for_this_machine(tmp_path))

    def listen(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as safe:
            safe.recv(64)

    config = {"host": "127.0.0.1", "port": hostile(listen).port, "security": "tls"}
    with pytest.raises(DeliveryFailed, match="secure connection failed") as failure:
        channels.get("syslog")(config, allow_private=True).send(message())
    assert not failure.value.permanent


def test_one_outcome_that_cannot_be_written_takes_no_other_with_it(
    http_receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3-56: a row that the database refuses stays claimed and is tried again; its neighbours are settled."""
    config = {"url": http_receiver.url}
    for name in ("good", "bad"):
        services.create_channel(name, "webhook", {**config, "url": f"{http_receiver.url}/{name}"}, actor=ACTOR)
    told = channels.get("webhook").send

    def spoilt(self: Any, said: Any) -> Any:
        receipt = told(self, said)
        return type(receipt)(receipt.code, "\x00") if self.config["url"].endswith("/bad") else receipt

    monkeypatch.setattr(channels.get("webhook"), "send", spoilt)
    open_alert()
    services.deliver_due()
    states = dict(AlertDelivery.objects.values_list("channel__name", "state"))
    assert states == {"good": "delivered", "bad": "sending"}
    assert len(http_receiver.requests) == 2
    assert {json.loads(one.body)["alert"]["key"] for one in http_receiver.requests} == {"k"}
