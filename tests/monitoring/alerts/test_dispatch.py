"""Deliveries: sent once, tried again, given up visibly, never held up by another receiver."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from compliance.audit.models import AuditEvent
from modelops.crypto.keyring import keyring
from monitoring.alerts import services
from monitoring.alerts.backoff import LONGEST_WAIT_S, MAX_ATTEMPTS, wait_after
from monitoring.alerts.channels import DeliveryFailed
from monitoring.alerts.services import attempts, dispatch, settling, stale
from monitoring.models import AlertChannel, AlertDelivery
from monitoring.models.alerts import DeliveryState
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert
from tests.receivers import HttpReceiver, Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


def only() -> AlertDelivery:
    return AlertDelivery.objects.select_related("channel").get()


def recorded() -> list[str]:
    rows = AuditEvent.objects.filter(name__startswith="monitoring.delivery").order_by("id")
    return [row.name.rpartition(".")[2] for row in rows]


def test_an_alert_reaches_a_webhook_and_a_mailbox(http_receiver: HttpReceiver, smtp_server: Mailbox) -> None:
    make_channel("hook", http_receiver.url)
    config = {"to": "team@example.com", "smtp_host": smtp_server.host, "smtp_port": smtp_server.port}
    services.create_channel("mail", "email", config, actor=ACTOR)
    alert = open_alert()
    assert services.deliver_due() == 2
    assert services.deliver_due() == 0
    assert len(http_receiver.requests) == len(smtp_server.messages) == 1
    assert f"http://localhost:8000/alerts/{alert.pk}/" in http_receiver.requests[0].body.decode()
    states = AlertDelivery.objects.values_list("state", "attempts", "last_code").order_by("last_code")
    assert list(states) == [("delivered", 1, 200), ("delivered", 1, 250)]
    assert recorded() == ["succeeded", "succeeded"]
    assert AlertChannel.objects.filter(verified_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_verifies_its_channel_is_no_change_that_nobody_told_of(http_receiver: HttpReceiver) -> None:
    """S4-93: the row of the delivery stands for it."""
    make_channel(url=http_receiver.url)
    open_alert()
    assert services.deliver_due() == 1
    assert AlertChannel.objects.get().verified_at is not None
    assert list(AuditEvent.objects.filter(name="watching.rows.changed").values_list("details", flat=True)) == []


def test_a_failed_delivery_is_tried_again_under_the_same_id(http_receiver: HttpReceiver) -> None:
    http_receiver.statuses = [500]
    make_channel(url=http_receiver.url)
    open_alert()
    services.deliver_due()
    row = only()
    assert (row.state, row.attempts, row.last_code) == ("failed", 1, 500)
    assert timedelta(seconds=5) < row.next_attempt_at - timezone.now() < timedelta(seconds=15)
    assert services.deliver_due() == 0
    AlertDelivery.objects.update(next_attempt_at=timezone.now())
    services.deliver_due()
    assert (only().state, only().attempts, only().last_reason) == ("delivered", 2, "")
    ids = {request.headers["x-modelops-delivery"] for request in http_receiver.requests}
    assert ids == {str(row.pk)}
    assert recorded() == ["failed", "succeeded"]


def test_a_receiver_that_says_when_is_asked_no_earlier(http_receiver: HttpReceiver) -> None:
    http_receiver.status, http_receiver.headers = 429, {"Retry-After": "300"}
    make_channel(url=http_receiver.url)
    open_alert()
    services.deliver_due()
    assert only().next_attempt_at - timezone.now() > timedelta(seconds=295)


def test_a_delivery_is_given_up_after_the_last_attempt_or_a_final_answer(http_receiver: HttpReceiver) -> None:
    http_receiver.status = 503
    make_channel(url=http_receiver.url)
    open_alert()
    for _ in range(MAX_ATTEMPTS):
        assert only().state in {"pending", "failed"}
        AlertDelivery.objects.update(next_attempt_at=timezone.now())
        services.deliver_due()
    assert (only().state, only().attempts, only().next_attempt_at) == ("dead", MAX_ATTEMPTS, None)
    assert recorded() == ["failed"] * (MAX_ATTEMPTS - 1) + ["abandoned"]
    http_receiver.status = 410
    open_alert("other")
    services.deliver_due()
    assert AlertDelivery.objects.filter(state="dead", attempts=1, last_code=410).count() == 1


def test_a_receiver_that_hangs_does_not_hold_up_the_others(http_receiver: HttpReceiver) -> None:
    """Ten messages for one that hangs stand before one for another; the other has it within a second."""
    hanging = HttpReceiver(delay_s=1.5)
    hanging.start()
    try:
        slow = make_channel("slow", hanging.url)
        for number in range(4):
            open_alert("slow" * (number + 1))
        make_channel("quick", http_receiver.url)
        services.set_enabled(slow, True, actor=ACTOR)
        open_alert("quick")
        arrived: list[float] = []
        began = time.monotonic()
        watcher = threading.Thread(target=lambda: (http_receiver.wait_for(1), arrived.append(time.monotonic() - began)))
        watcher.start()
        services.deliver_due()
        watcher.join()
        assert arrived[0] < 1.2
        assert len(hanging.requests) == 5
    finally:
        hanging.stop()


def test_what_a_dead_sender_left_is_sent_again(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    open_alert()
    attempt = attempts.prepare(*dispatch.claim_some(1, {}))
    assert services.deliver_due() == 0
    AlertDelivery.objects.update(claimed_at=timezone.now() - 2 * dispatch.STALE_AFTER)
    assert services.deliver_due() == 1
    assert (only().state, only().attempts) == ("delivered", 2)
    # The sender was only slow: its late outcome changes nothing.
    assert settling.settle(attempt, attempts.Outcome(1, failure=DeliveryFailed("late"))) is None
    assert only().state == "delivered"


@pytest.mark.parametrize("is_claimed", [False, True])
def test_a_clock_that_was_set_back_keeps_nothing_waiting(http_receiver: HttpReceiver, is_claimed: bool) -> None:
    """Neither what waits for a time that is far ahead again, nor what a sender claimed at such a time and left."""
    make_channel(url=http_receiver.url)
    open_alert()
    if is_claimed:
        dispatch.claim_some(1, {})
    ahead = timezone.now() + timedelta(days=1)
    AlertDelivery.objects.update(
        **({"claimed_at": ahead} if is_claimed else {"next_attempt_at": ahead, "created_at": ahead})
    )
    assert services.deliver_due() == 1
    assert only().state == "delivered"


def test_a_message_waits_for_the_end_of_a_quiet_weekend(http_receiver: HttpReceiver) -> None:
    """S3-55: what waits for long is not taken for what a wrong clock has put off; a retry so far ahead is."""
    make_channel(url=http_receiver.url)
    open_alert()
    AlertDelivery.objects.update(next_attempt_at=timezone.now() + timedelta(days=2))
    assert services.deliver_due() == 0
    AlertDelivery.objects.update(attempts=1, state="failed")
    assert services.deliver_due() == 1


def test_the_hour_that_a_receiver_asks_for_is_kept(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    open_alert()
    AlertDelivery.objects.update(next_attempt_at=timezone.now() + stale.NO_WAIT_IS_LONGER)
    assert services.deliver_due() == 0


def test_a_message_that_takes_its_sender_with_it_is_given_up_in_the_end(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    open_alert()
    for _ in range(MAX_ATTEMPTS):
        AlertDelivery.objects.update(next_attempt_at=timezone.now())
        assert len(dispatch.claim_some(1, {})) == 1
        AlertDelivery.objects.update(claimed_at=timezone.now() - 2 * dispatch.STALE_AFTER)
        assert stale.give_up_stale(dispatch.STALE_AFTER) == 1
    assert (only().state, only().attempts) == ("dead", MAX_ATTEMPTS)
    assert services.deliver_due() == 0


def test_secrets_that_a_receiver_echoes_are_not_kept(http_receiver: HttpReceiver) -> None:
    http_receiver.status, http_receiver.body = 500, b"bad request to /hook-token with hook-secret"
    make_channel(url=f"{http_receiver.url}/hook-token")
    open_alert()
    services.deliver_due()
    assert only().last_answer == "bad request to ••• with •••"


def test_a_missing_key_delays_a_delivery_and_sends_nothing(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    open_alert()
    keyring.forget()
    with override_settings(MODELOPS_KEY_PROVIDER=None):
        services.deliver_due()
    assert http_receiver.requests == []
    assert only().state == "failed"
    assert "key" in only().last_reason.lower()
    AlertDelivery.objects.update(next_attempt_at=timezone.now())
    services.deliver_due()
    assert only().state == "delivered"


def test_a_test_message_is_sent_at_once_and_never_again(http_receiver: HttpReceiver) -> None:
    """S2-20: "send test" sets the date of the last verification."""
    channel = make_channel(url=http_receiver.url)
    row = services.send_test(channel, actor=ACTOR)
    channel.refresh_from_db()
    assert (row.state, row.last_code, row.alert) == ("delivered", 200, None)
    assert channel.verified_at is not None
    http_receiver.status = 500
    assert services.send_test(channel, actor=ACTOR).state == "dead"
    assert services.deliver_due() == 0
    outcomes = AuditEvent.objects.filter(name="monitoring.channel.tested").order_by("id")
    assert [row.outcome for row in outcomes] == ["success", "failure"]


def test_what_waits_for_a_channel_that_is_switched_off_is_given_up(http_receiver: HttpReceiver) -> None:
    channel = make_channel(url=http_receiver.url)
    open_alert()
    services.set_enabled(channel, False, actor=ACTOR)
    services.set_enabled(channel, True, actor=ACTOR)
    assert services.deliver_due() == 0
    assert (only().state, only().last_reason) == ("dead", "The channel was switched off.")
    open_alert("next")
    assert services.deliver_due() == 1


@pytest.mark.parametrize("attempts", range(1, MAX_ATTEMPTS))
def test_the_wait_doubles_with_jitter(attempts: int) -> None:
    base = min(10 * 2 ** (attempts - 1), LONGEST_WAIT_S)
    assert wait_after(attempts, chance=lambda: 0.0).total_seconds() == pytest.approx(base * 2 / 3)
    assert wait_after(attempts, chance=lambda: 0.5).total_seconds() == pytest.approx(base)
    assert wait_after(attempts, retry_after_s=3600).total_seconds() == 3600


@pytest.mark.django_db(transaction=True)
def test_dispatchers_at_once_send_each_message_once(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    for number in range(20):
        open_alert("k" * (number + 1))
    made: list[int] = []

    def run() -> None:
        try:
            made.append(dispatch._dispatch(time.monotonic() + 20))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == len(http_receiver.requests) == 20
    assert len({request.headers["x-modelops-delivery"] for request in http_receiver.requests}) == 20
    assert AlertDelivery.objects.filter(state=DeliveryState.DELIVERED, attempts=1).count() == 20


@pytest.mark.django_db(transaction=True)
def test_a_second_dispatcher_leaves_at_once(http_receiver: HttpReceiver) -> None:
    http_receiver.delay_s = 1.0
    make_channel(url=http_receiver.url)
    open_alert()
    first = threading.Thread(target=lambda: (services.deliver_due(), connection.close()))
    first.start()
    http_receiver.wait_for(1)
    open_alert("second")
    began = time.monotonic()
    assert services.deliver_due() == 0
    assert time.monotonic() - began < 0.5
    first.join()
    assert AlertDelivery.objects.filter(state=DeliveryState.DELIVERED).count() == 2
