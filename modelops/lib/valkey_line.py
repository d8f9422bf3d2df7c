"""One command sent over and over: each thread keeps a connection of its own, and nothing is packed anew.

The client makes the connection, with its TLS, password and database. Taking one out of its pool, packing, and taking an
array apart would cost several times what Valkey takes for the answer.
"""

import hashlib
import os
import select
import socket
import struct
import threading
from typing import Any, Final

import redis
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as TookTooLong

_MOST_BYTES: Final = 64 << 10
_END: Final = b"\r\n"


def packed(*words: bytes) -> bytes:
    """Words of a command as the protocol has them.

    >>> packed(b"GET", b"x")
    b'$3\\r\\nGET\\r\\n$1\\r\\nx\\r\\n'
    """
    return b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


class _Line:
    """The connections of the threads."""

    def __init__(self, client: "redis.Redis") -> None:
        self._pool: Any = client.connection_pool
        self._own = threading.local()

    def _connection(self) -> Any:
        """That of this thread; a process that was forked off has none yet."""
        own = self._own
        if getattr(own, "process", None) != os.getpid():
            own.connection, own.process, own.is_owed = self._pool.make_connection(), os.getpid(), False
        return own.connection

    @staticmethod
    def _send(connection: Any, text: bytes) -> None:
        """Send ``text``, over a connection that is made first where there is none. Raises RedisError and OSError."""
        if not connection.is_connected:
            connection.connect_check_health(check_health=False)
            _wait_in_kernel(connection._sock, connection.socket_timeout)
        try:
            connection._sock.sendall(text)
        except OSError as error:
            raise _ended(connection, "did not take a command", error) from None

    @staticmethod
    def _hear(connection: Any) -> bytes:
        """The number or text of one answer, which is the only one on its way. Raises RedisError."""
        try:
            found = connection._sock.recv(_MOST_BYTES)
            while not _is_whole(found):
                more = connection._sock.recv(_MOST_BYTES)
                if not more:
                    raise ConnectionResetError("it ended the connection")
                found += more
        except (OSError, ValueError) as error:  # the latter of a length that is none
            raise _ended(connection, "did not answer", error) from None
        head, _, rest = found.partition(_END)
        kind, said = head[:1], head[1:]
        if kind == b"-":
            raise connection._parser.parse_error(said.decode("utf-8", "replace"))
        if kind not in {b":", b"$"} or said == b"-1":
            connection.disconnect()
            raise ConnectionLost(f"Valkey answered what nobody asked for: {head[:40]!r}.")
        return bytes(rest[: -len(_END)] if kind == b"$" else said)


def _ended(connection: Any, what: str, error: Exception) -> RedisError:
    """What is said of a connection that is of no more use; who waited for long enough does not begin anew."""
    connection.disconnect()
    is_late = isinstance(error, BlockingIOError | TimeoutError)
    return (TookTooLong if is_late else ConnectionLost)(f"Valkey {what}: {error}.")


def _is_whole(found: bytes) -> bool:
    head, end, rest = found.partition(_END)
    if not end:
        return False
    return head[:1] != b"$" or head == b"$-1" or len(rest) >= int(head[1:]) + len(_END)


def _wait_in_kernel(connection: Any, timeout_s: float | None) -> None:
    """Let the system watch the time: Python would ask it each time whether something can be sent or read now.

    Each question lets another thread have the interpreter. What is encrypted is left as it is.
    """
    if type(connection) is socket.socket and timeout_s:
        seconds = int(timeout_s)
        bound = struct.pack("@ll", seconds, int((timeout_s - seconds) * 1e6))
        connection.settimeout(None)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            connection.setsockopt(socket.SOL_SOCKET, option, bound)


class ScriptLine(_Line):
    """Runs one script, which has one key and a fixed number of arguments and answers with one text."""

    def __init__(self, client: "redis.Redis", script: str, arguments: int) -> None:
        super().__init__(client)
        count = b"*%d\r\n" % (4 + arguments)
        text = script.encode("ascii")
        sha = hashlib.sha1(text, usedforsecurity=False).hexdigest().encode()
        self._by_name: Final = count + packed(b"EVALSHA", sha, b"1")
        self._whole: Final = count + packed(b"EVAL", text, b"1")

    def run(self, key_and_arguments: bytes) -> bytes:
        """What the script answers to a packed key and arguments. Raises RedisError and OSError."""
        connection = self._connection()
        try:
            return self._asked(connection, key_and_arguments)
        except ConnectionLost:
            # Valkey ended it while nobody asked, as it does when it begins anew: it is made again, once.
            return self._asked(connection, key_and_arguments)

    def _asked(self, connection: Any, key_and_arguments: bytes) -> bytes:
        try:
            self._send(connection, self._by_name + key_and_arguments)
            return self._hear(connection)
        except NoScriptError:
            self._send(connection, self._whole + key_and_arguments)
            return self._hear(connection)


class PushLine(_Line):
    """Puts texts into lists. What Valkey says to one is read when the next is sent: nobody waits for it.

    So this is for what is missed by nobody if it is lost now and then, with a Valkey that ends just then.
    """

    def push(self, name: bytes, text: bytes) -> None:
        """Send ``text`` to the head of the list ``name``. Raises RedisError, also for the text before, and OSError."""
        connection = self._connection()
        refused = self._heard(connection)
        if connection.is_connected and _has_something(connection):  # it has nothing to say but that it ends
            connection.disconnect()
        self._send(connection, b"*3\r\n" + packed(b"LPUSH", name, text))
        self._own.is_owed = True
        if refused is not None:
            raise refused

    def _heard(self, connection: Any) -> RedisError | None:
        """What was wrong with the text before."""
        is_owed, self._own.is_owed = self._own.is_owed, False
        try:
            if is_owed:
                self._hear(connection)
        except ConnectionLost:  # Valkey began anew in between
            connection.disconnect()
        except RedisError as error:
            return error
        return None


def _has_something(connection: Any) -> bool:
    ready = select.poll()
    ready.register(connection._sock, select.POLLIN)
    return bool(ready.poll(0))
