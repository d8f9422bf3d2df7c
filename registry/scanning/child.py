"""The process that a file is scanned in. It has no keys, no database, no network and opens nothing.

Started by `isolated`: the only thing that it holds is a socket on which it asks for parts of the file and tells its
verdict. It is run as a script, so that nothing else of the portal is imported.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections import OrderedDict
from typing import Any

VERDICT = (1 << 64) - 1  # in the place of a position: what follows is the verdict
BLOCK = 1 << 20
_KEPT_BLOCKS = 8
_NEW_USER, _NEW_NETWORK, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_DEATH_SIGNAL, _NO_NEW_PRIVILEGES = 1, 38
# What Python itself does while it scans: it reads the header of an array as an expression.
_HARMLESS = {"compile", "object.__getattr__", "sys._getframe"}


def wall_off(memory: int, cpu_s: int) -> str:
    """Take from this process what it does not need; gives what keeps it from the network."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    network = "namespace" if libc.unshare(_NEW_USER | _NEW_NETWORK | _NEW_IPC) == 0 else "hook"
    for what, most in (
        (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu_s), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 0), (resource.RLIMIT_NOFILE, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
    sys.addaudithook(_refuse)
    return network


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _HARMLESS:
        raise RuntimeError(f"The scanner tried {event}.")


def main(root: str, memory: int, cpu_s: int, path: str) -> None:
    """Scan the file that the socket on descriptor 0 gives parts of; in a folder it stands at ``path``."""
    sys.path.insert(0, root)
    from registry.scanning.engine import RULES, rules
    from registry.scanning.engine.scanner import scan_source
    from registry.scanning.engine.sources import Source

    class Served(Source):
        """The file, asked for in blocks of a MiB; the last few are kept."""

        def __init__(self, channel: socket.socket) -> None:
            self._channel = channel
            self._blocks: OrderedDict[int, bytes] = OrderedDict()
            self.size = struct.unpack(">Q", self._take(8))[0]

        def at(self, start: int, count: int) -> bytes:
            stop = min(start + count, self.size)
            parts = []
            while start < stop:
                number, offset = divmod(start, BLOCK)
                part = self._block(number)[offset : offset + stop - start]
                if not part:
                    break
                parts.append(part)
                start += len(part)
            return parts[0] if len(parts) == 1 else b"".join(parts)

        def _block(self, number: int) -> bytes:
            if number in self._blocks:
                self._blocks.move_to_end(number)
                return self._blocks[number]
            self._channel.sendall(struct.pack(">QQ", number * BLOCK, BLOCK))
            block = self._take(struct.unpack(">I", self._take(4))[0])
            self._blocks[number] = block
            if len(self._blocks) > _KEPT_BLOCKS:
                self._blocks.popitem(last=False)
            return block

        def _take(self, count: int) -> bytes:
            taken = bytearray()
            while len(taken) < count:
                part = self._channel.recv(count - len(taken))
                if not part:
                    raise EOFError
                taken += part
            return bytes(taken)

    rules.allowed()  # reads its file, which nothing may do behind the walls
    channel = socket.socket(fileno=0)
    network = wall_off(memory, cpu_s)
    found = scan_source(Served(channel), path)
    said = {
        "verdict": found.verdict, "format": found.format, "reasons": found.reasons, "rules": RULES, "network": network,
    }  # fmt: skip
    answer = json.dumps(said).encode()
    channel.sendall(struct.pack(">QQ", VERDICT, len(answer)) + answer)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
