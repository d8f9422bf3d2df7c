"""A private Valkey (or Redis): cache, sessions and broker of one portal, behind a Unix socket and a password."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from modelops.embedded import binaries, processes
from modelops.embedded.paths import write_private
from modelops.embedded.postgres import CLEAN_ENVIRONMENT, tail
from modelops.embedded.problems import CannotStart
from modelops.embedded.service_user import ServiceUser

_SETTINGS = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass {password}
dir "{folder}"
databases 128
daemonize no
# It is also the message broker: an evicted key would be a lost task.
maxmemory-policy noeviction
save ""
"""
_DURABLE = 'appendonly yes\nappendfsync everysec\naof-load-truncated yes\nappendfilename "modelops.aof"\n'


@dataclass(frozen=True)
class Server:
    """One working directory with the program, account and socket that serve it."""

    folder: Path
    programs: binaries.Valkey
    user: ServiceUser
    socket: Path
    password: str
    log: Path
    durable: bool = True

    def start(self, dies_with_parent: bool) -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers; recovers from any kind of end before."""
        self.clear_leftovers()
        settings = _SETTINGS.format(socket=self.socket, password=self.password, folder=self.folder)
        path = self.folder / "valkey.conf"
        write_private(path, settings + (_DURABLE if self.durable else "appendonly no\n"), self.user.owner)
        server = processes.spawn(
            [self.programs.server, path],
            log=self.log,
            env=CLEAN_ENVIRONMENT,
            cwd=self.folder,
            user=self.user,
            dies_with_parent=signal.SIGTERM if dies_with_parent else None,
        )
        processes.wait_until(lambda: self.ready() or server.poll() is not None, 120)
        if server.poll() is not None or not self.ready():
            raise CannotStart(f"Valkey did not start. The end of {self.log}:\n{tail(self.log)}")
        return server

    def ready(self) -> bool:
        """Whether the server answers and has finished loading its data."""
        return self._ask("PING") == "+PONG"

    def running(self) -> int | None:
        """Process id of the living server, None when there is none."""
        found = processes.working_in(self.folder)
        if found or processes.PROC.exists():
            return found[0] if found else None
        answer = self._ask("INFO server")
        pids = [line.partition(":")[2] for line in answer.splitlines() if line.startswith("process_id:")]
        return int(pids[0]) if pids else None

    def stop(self) -> None:
        """Clean shutdown: the append-only file is flushed first."""
        pid = self.running()
        if pid is not None:
            # The server, and a child of it that rewrites the append-only file at this moment.
            processes.end_all(processes.working_in(self.folder) or [pid], patience=15)

    def clear_leftovers(self) -> None:
        """End a server that still works here without answering, and remove its socket."""
        self.stop()
        self.socket.unlink(missing_ok=True)

    def _ask(self, command: str) -> str:
        """First answer after signing in; empty when there is no server."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(2)
            connection.connect(str(self.socket))
            connection.sendall(f"AUTH {self.password}\r\n".encode())
            if not connection.recv(64).startswith(b"+OK"):
                return ""
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(65536).decode(errors="replace").strip()
        return ""
