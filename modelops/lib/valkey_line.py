"""One command sent over and over: each thread keeps a connection of its own, and nothing is packed anew.

The client makes the connection, with its TLS, password and database. Taking one out of its pool, packing, and taking an
array apart would cost several times what Valkey takes for the answer.
"""

import hashlib
import os
import select
import threading
from typing import Any, Final

import redis
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoScriptError, RedisError


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
            connection.send_packed_command([self._by_name + key_and_arguments], check_health=False)
            answer: bytes = connection.read_response(disable_decoding=True)
        except NoScriptError:
            connection.send_packed_command([self._whole + key_and_arguments], check_health=False)
            answer = connection.read_response(disable_decoding=True)
        return answer


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
        connection.send_packed_command([b"*3\r\n" + packed(b"LPUSH", name, text)], check_health=False)
        self._own.is_owed = True
        if refused is not None:
            raise refused

    def _heard(self, connection: Any) -> RedisError | None:
        """What was wrong with the text before."""
        is_owed, self._own.is_owed = self._own.is_owed, False
        try:
            if is_owed:
                connection.read_response(disable_decoding=True)
        except ConnectionLost:  # Valkey began anew in between
            connection.disconnect()
        except RedisError as error:
            return error
        return None


def _has_something(connection: Any) -> bool:
    ready = select.poll()
    ready.register(connection._sock, select.POLLIN)
    return bool(ready.poll(0))
