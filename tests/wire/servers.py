"""Each server is a process of its own, so that it can be stopped, frozen and started again. None outlives the tests."""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from modelops.embedded import processes

AZURITE = Path(__file__).parent / "azurite"
# The account that every Azurite has; it is public and opens nothing else.
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
MISSING_AZURITE = "Azurite is not installed: npm --prefix tests/wire/azurite ci --ignore-scripts (Node.js 18 or newer)."


class WireServer:
    """A process that listens at a port of this machine."""

    def __init__(self, command: Callable[[int], list[str]], folder: Path, env: dict[str, str] | None = None) -> None:
        self._command = command
        self._folder = folder
        self._env = {**os.environ, **(env or {})}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it listens; one that runs is left alone."""
        if self._process is not None and self._process.poll() is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = processes.spawn(
            self._command(self.port),
            log=self._folder / "server.log",
            env=self._env,
            cwd=self._folder,
            dies_with_parent=signal.SIGKILL,  # also of a run that is killed itself, where the system can do that
        )
        atexit.register(self.stop)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError((self._folder / "server.log").read_text(errors="replace")[-2000:])

    def stop(self) -> None:
        """End it at once; what it held in memory is gone."""
        atexit.unregister(self.stop)
        if self._process is not None:
            processes.end_group(self._process.pid)
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        """It is there and answers nobody."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGCONT)


def s3_server(folder: Path) -> WireServer:
    """Moto's S3."""
    return WireServer(lambda port: [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], folder)


def gcs_server(folder: Path) -> WireServer:
    """A server of Google's JSON interface."""
    program = str(Path(sys.executable).parent / "gcp-storage-emulator")
    return WireServer(
        lambda port: [program, "start", "--host=127.0.0.1", f"--port={port}", "--in-memory", "--no-store-on-disk"],
        folder,
    )


def azurite() -> Path | None:
    """The installed Azurite, if it and Node.js are there."""
    program = AZURITE / "node_modules" / ".bin" / "azurite-blob"
    return program if program.exists() and shutil.which("node") else None


def azure_server(folder: Path) -> WireServer:
    """Microsoft's own emulator."""
    program = azurite()
    assert program is not None, MISSING_AZURITE
    return WireServer(
        lambda port: [
            str(program), "--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence", "--silent",
            "--skipApiVersionCheck", "--disableTelemetry",
        ],
        folder,
    )  # fmt: skip
