"""Connections on which one command goes over and over: kept by a thread, made again when Valkey ended them."""

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis
from django.conf import settings
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as TookTooLong

from modelops.embedded.processes import wait_until
from modelops.lib.valkey_line import PushLine, ScriptLine, packed
from tests.throttling.conftest import valkey

ECHO = "return KEYS[1] .. ':' .. ARGV[1]"


def line(script: str = ECHO, **named: str) -> ScriptLine:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, **named)
    return ScriptLine(client, script, arguments=1)


def end(name: str) -> int:
    """End the connections of this name, as a server does that goes away; returns how many."""
    with valkey() as client:
        found = [one["id"] for one in client.client_list() if one["name"] == name]
        for number in found:
            client.client_kill_filter(_id=number)
        return len(found)


def test_a_script_that_valkey_does_not_know_is_sent_whole() -> None:
    with valkey() as client:
        client.script_flush()
    asked = line()
    assert asked.run(packed(b"key", b"one")) == b"key:one"
    assert asked.run(packed(b"k\r\ney", b"")) == b"k\r\ney:"


def test_a_connection_that_was_ended_is_made_again() -> None:
    """S4-45: a Valkey that began anew in between costs nobody a request."""
    name = f"line-{os.getpid()}"
    asked = line(client_name=name)
    assert asked.run(packed(b"key", b"1")) == b"key:1"
    assert end(name) == 1
    assert asked.run(packed(b"key", b"2")) == b"key:2"


def test_a_failure_leaves_nothing_behind_for_the_next_answer() -> None:
    """An answer that is read for another request would be somebody else's count."""
    asked = line("if ARGV[1] == 'bad' then return redis.error_reply('ERR no') end return ARGV[1]")
    with pytest.raises(ResponseError):
        asked.run(packed(b"key", b"bad"))
    assert [asked.run(packed(b"key", b"%d" % number)) for number in range(3)] == [b"0", b"1", b"2"]


def test_nobody_at_the_other_end_is_said() -> None:
    away = ScriptLine(redis.Redis.from_url("redis://127.0.0.1:1/0"), ECHO, 1)
    with pytest.raises((ConnectionLost, OSError)):
        away.run(packed(b"key", b"1"))


def test_threads_have_connections_of_their_own() -> None:
    asked = line()
    wrong: list[Any] = []

    def work(name: bytes) -> None:
        wrong.extend(
            found
            for number in range(200)
            if (found := asked.run(packed(name, b"%d" % number))) != b"%b:%d" % (name, number)
        )

    threads = [threading.Thread(target=work, args=(b"thread-%d" % number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def pushed(client: Any, name: str) -> list[bytes]:
    return list(client.lrange(name, 0, -1))


def test_a_text_is_put_into_a_list_without_waiting() -> None:
    """The next one hears what was said to it."""
    list_name = f"pushed-{uuid.uuid4()}"
    with valkey() as client:
        line = PushLine(client)
        for number in range(5):
            line.push(list_name.encode(), b"text\r\n%d" % number)
        assert wait_until(lambda: client.llen(list_name) == 5, 10)
        assert pushed(client, list_name) == [b"text\r\n%d" % number for number in (4, 3, 2, 1, 0)]
        client.delete(list_name)


def test_a_refusal_is_told_with_the_next_text_which_is_sent_all_the_same() -> None:
    no_list, list_name = f"no-list-{uuid.uuid4()}", f"pushed-{uuid.uuid4()}"
    with valkey() as client:
        client.set(no_list, "x")
        line = PushLine(client)
        line.push(no_list.encode(), b"lost")
        with pytest.raises(ResponseError, match="WRONGTYPE"):
            line.push(list_name.encode(), b"first")
        line.push(list_name.encode(), b"second")
        assert wait_until(lambda: client.llen(list_name) == 2, 10)
        client.delete(no_list, list_name)


def test_a_text_is_not_lost_on_a_connection_that_was_ended_before() -> None:
    """S4-45: with an answer that nobody has read yet, and without one."""
    list_name, own = f"pushed-{uuid.uuid4()}", f"push-{os.getpid()}"
    client = redis.Redis.from_url(settings.REDIS_URL, client_name=own)
    line = PushLine(client)
    line.push(list_name.encode(), b"0")
    with valkey() as other:
        for number in range(1, 4):
            assert wait_until(lambda: other.llen(list_name) == number, 10)  # noqa: B023
            assert end(own) >= 1
            line.push(list_name.encode(), b"%d" % number)
        assert wait_until(lambda: other.llen(list_name) == 4, 10)
        other.delete(list_name)


def test_nobody_at_the_other_end_is_said_of_a_text_too() -> None:
    away = PushLine(redis.Redis.from_url("redis://127.0.0.1:1/0"))
    with pytest.raises((ConnectionLost, OSError)):
        away.push(b"list", b"text")


@pytest.mark.parametrize("pieces", [[b"$5\r\nhello\r\n"], [b"$", b"5\r\nhel", b"lo\r", b"\n"], [b":12\r", b"\n"]])
def test_an_answer_is_read_to_its_end_however_it_comes(pieces: list[bytes]) -> None:
    with other_end(pieces) as url:
        found = ScriptLine(redis.Redis.from_url(url, protocol=2), ECHO, 1).run(packed(b"key", b"1"))
    assert found == (b"12" if pieces[0][:1] == b":" else b"hello")


@pytest.mark.parametrize(
    "pieces", [[b"*1\r\n:1\r\n"], [b"$-1\r\n"], [b"$9\r\nshort"], [b"$x\r\n"], [b"HTTP/1.1 400\r\n"]]
)
def test_what_is_no_answer_ends_the_connection(pieces: list[bytes]) -> None:
    with other_end(pieces) as url, pytest.raises(ConnectionLost):
        ScriptLine(redis.Redis.from_url(url, protocol=2), ECHO, 1).run(packed(b"key", b"1"))


def test_a_server_that_says_nothing_is_waited_for_as_long_as_was_said() -> None:
    """S4-45: the system watches the time; a request does not hang."""
    with other_end([], stays=True) as url, pytest.raises(TookTooLong):
        ScriptLine(redis.Redis.from_url(url, protocol=2, socket_timeout=0.2), ECHO, 1).run(packed(b"key", b"1"))


@contextmanager
def other_end(pieces: list[bytes], *, stays: bool = False) -> Iterator[str]:
    """A server that answers each connection's handshake, and the first command after it by ``pieces``."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    while (asked := connection.recv(65536)) and b"EVALSHA" not in asked:
                        connection.sendall(b"+OK\r\n" * asked.count(b"*"))
                    for piece in pieces:
                        connection.sendall(piece)
                        over.wait(0.05)
                    if stays:
                        over.wait(20)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)
