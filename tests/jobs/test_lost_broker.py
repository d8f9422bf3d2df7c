"""A worker that loses the broker while it has messages in hand connects again; it does not end."""

import logging
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection, Consumer, Queue

from modelops.celery import app
from modelops.jobs.consumer import RefusingConsumer


@pytest.fixture
def taken() -> list[Any]:
    """The messages in hand."""
    return []


@pytest.fixture
def connection(taken: list[Any]) -> Iterator[Connection]:
    """To the run's Valkey: a message is in hand, and two channels wait for the next ones."""
    name = f"lost-broker-{uuid4()}"
    connection = app.connection_for_read()
    for channel in (connection.default_channel, connection.channel()):
        queue = Queue(f"{name}-{channel.channel_id}", routing_key=name, channel=channel)
        Consumer(channel, [queue], callbacks=[lambda body, message: taken.append(message)]).consume()
    with connection.Producer() as producer:
        producer.publish({}, routing_key=f"{name}-{connection.default_channel.channel_id}")
    connection.drain_events(timeout=10)
    assert len(taken) == 1
    for channel in connection.transport.channels:
        if not channel._in_poll:
            channel._brpop_start()
    yield connection
    connection.release()
    with app.connection_for_write() as other:
        other.default_channel.client.delete("unacked", "unacked_index", *other.default_channel.client.keys(f"*{name}*"))


def lose(connection: Connection) -> None:
    """What a killed server does to its connections."""
    for channel in connection.transport.channels:
        channel.client.connection._sock.shutdown(socket.SHUT_RDWR)


def is_noted(message: Any) -> bool:
    """Whether Valkey still knows it as not acknowledged."""
    with app.connection_for_read() as other:
        return bool(other.default_channel.client.hexists("modelops:unacked", message.delivery_tag))


@pytest.fixture
def consumer(connection: Connection) -> RefusingConsumer:
    """The worker's consumer, as far as it has to do with the connection."""
    consumer = object.__new__(RefusingConsumer)
    consumer.app, consumer.connection, consumer.pool = app, connection, SimpleNamespace(num_processes=2)
    consumer.prefetch_multiplier, consumer.initial_prefetch_count, consumer.qos_global = 1, 2, True
    consumer.hub = SimpleNamespace(call_soon=lambda callback: callback())
    return consumer


def test_messages_in_hand_do_not_end_the_worker(consumer: RefusingConsumer, connection: Connection) -> None:
    """The first attempt at closing the broken connection fails half-way; the worker goes on all the same."""
    channel = connection.default_channel
    assert len(channel.qos._delivered) == 1
    lose(connection)

    with pytest.warns(PendingDeprecationWarning):
        consumer.on_connection_error_after_connected(ConnectionError("closed by server"))

    assert consumer.connection is None
    assert channel.closed


def test_a_task_may_end_after_its_connection(
    consumer: RefusingConsumer, connection: Connection, taken: list[Any]
) -> None:
    """It was running when the broker went: nobody is left to acknowledge its message to, and the worker goes on."""
    lose(connection)
    with pytest.warns(PendingDeprecationWarning):
        consumer.on_connection_error_after_connected(ConnectionError("closed by server"))

    consumer.call_soon_ack(taken[0].ack_log_error, logging.getLogger(__name__), ConnectionError)

    assert not taken[0].acknowledged


def test_a_task_that_ends_before_is_acknowledged(consumer: RefusingConsumer, taken: list[Any]) -> None:
    """While the connection stands, Valkey is told that the message is done with."""
    assert is_noted(taken[0])
    consumer.call_soon_ack(taken[0].ack_log_error, logging.getLogger(__name__), ConnectionError)

    assert taken[0].acknowledged
    assert not is_noted(taken[0])
