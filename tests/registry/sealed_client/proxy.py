"""What stands between a client and the portal: it passes bytes on, keeps all of them, and cuts or bends on demand."""

import base64
import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class CapturingProxy:
    """``sent`` is every byte from clients, ``received`` every byte to them, over all connections."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.sent, self.received = bytearray(), bytearray()
        self.cuts_left_up: list[int] = []
        self.cuts_left_down: list[int] = []
        self.cut = 0
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        self._open: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """Where clients connect to."""
        return f"http://localhost:{self.port}"

    def close(self) -> None:
        """Take no more connections, and wait for those that are open."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for connection in self._open:
            connection.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was shut down
            while True:
                client, _ = self._listener.accept()
                self._open.append(threading.Thread(target=self._connect, args=(client,)))
                self._open[-1].start()

    def _connect(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target), timeout=60) as portal:
            client.settimeout(60)
            back = threading.Thread(target=self._pass, args=(portal, client, self.received, self.cuts_left_down))
            back.start()
            self._pass(client, portal, self.sent, self.cuts_left_up)
            back.join()

    def _pass(self, source: socket.socket, sink: socket.socket, kept: bytearray, cuts: list[int]) -> None:
        """Pass on until one side ends; break the connection when it has carried as many bytes as the next cut says."""
        carried, ends = 0, [(sink, socket.SHUT_WR)]
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                kept += data
                carried += len(data)
                if cuts and carried >= cuts[0]:
                    cuts.pop(0)
                    self.cut += 1
                    ends = [(source, socket.SHUT_RDWR), (sink, socket.SHUT_RDWR)]
                    break
                sink.sendall(data)
        for side, how in ends:
            with contextlib.suppress(OSError):
                side.shutdown(how)


@contextmanager
def capturing(port: int) -> Iterator[CapturingProxy]:
    """A proxy before the portal at ``port``."""
    proxy = CapturingProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


def needles(canary: bytes) -> list[bytes]:
    """The canary as it is, in hexadecimal digits, and in base64 at each of its three places."""
    found = [canary, canary.hex().encode(), canary.hex().upper().encode()]
    for shift in range(3):
        # What of the encoding depends on the canary alone: without the characters that its neighbours share.
        encoded = base64.b64encode(bytes(shift) + canary)
        found.append(encoded[4 if shift else 0 : -4])
    return found


def traces(content: bytes | bytearray, canary: bytes) -> list[bytes]:
    """In what forms ``content`` holds the canary."""
    return [needle for needle in needles(canary) if needle in content]
