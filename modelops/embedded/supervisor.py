"""Runs a whole portal in the foreground: servers, set-up and all parts of its own; restarts what dies; stops in order.

A part that is killed is started again with growing pauses. When the supervisor itself is killed, the kernel tells its
children to end, and the next start finds and ends whatever is left before it begins.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from modelops.embedded import parts, processes, services, tls
from modelops.embedded.locate import environment
from modelops.embedded.paths import CHECKOUT, Home, write_private
from modelops.embedded.postgres import tail
from modelops.embedded.problems import CannotStart, Sealed
from modelops.embedded.watch import SEALED_EXIT, Part, StopRequested, Watch, say

LARGEST_LOG = 20 * 2**20
# Web first, so that nothing new comes in; then what hands out work; then what does it; then what seals its traces.
PATIENCE_S = {"web": 15.0, "beat": 10.0, "worker": 60.0, "sealer": 15.0}


@dataclass
class Supervisor:
    """A portal that lives as long as ``run`` does."""

    home: Home
    port: int = 8000
    demo: bool = True
    watch: Watch = field(default_factory=Watch)
    env: dict[str, str] = field(default_factory=dict)
    pair: services.Pair | None = None
    certificate: tls.Tls | None = None

    def run(self) -> int:
        """Bring everything up, watch it until told to stop, and take it down; the process's exit code."""
        self.watch.listen()
        services.make_home(self.home)
        with (self.home.root / "supervisor.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotStart(self._already_running()) from None
            try:
                self._end_leftovers()
                self._require_port()
                self._bring_up()
                while True:
                    self.watch.rest(1)
            except StopRequested:
                return 0
            finally:
                self._take_down()
                self.home.state.unlink(missing_ok=True)

    # --- up ---------------------------------------------------------------------------------------------------------

    def _bring_up(self) -> None:
        self.watch.changed = self._remember
        with services.locked(self.home):
            self.pair = pair = services.prepare(self.home)
            self.certificate, made = tls.prepare(self.home)
            say(*pair.told, *made)
            self.env = self._environment()
            self._server("postgres", pair.start_postgres, pair.cluster is not None)
            if pair.cluster is not None:
                pair.cluster.prepare_database()
            self._server("valkey", pair.start_valkey, pair.valkey is not None)
        self._manage("Preparing the database", "migrate", "--no-input")
        told, is_sealed = self._set_up()
        say(*told.splitlines())
        for name in parts.NAMES:
            self._process(name)
        self._wait_for_web()
        say(f"The portal answers at {self.address}")
        complete = is_sealed or not self.demo or self._load_demo()
        self._announce(told, complete)

    def _set_up(self) -> tuple[str, bool]:
        """What setting up told, and whether the ring is sealed; then the web server starts to say so to its users."""
        try:
            told = self._manage("Preparing keys, roles and the first administrator", "setup_portal")
        except Sealed as problem:
            return (
                f"SEALED. {problem}\nNothing is opened and nothing is stored until the right root key is there.",
                True,
            )
        if self.env["MODELOPS_ENV"] != "production":
            made = self._manage("Preparing the key of the audit log", "audit_key", "create", "--unless-there")
            told = "\n".join(filter(None, (told, made)))
        return told, False

    def _server(self, name: str, start: Callable[[bool], subprocess.Popen[bytes] | None], embedded: bool) -> None:
        if embedded:
            self.watch.add(Part(name, lambda: start(True), self.home.logs / f"{name}.log"))
        else:
            say(f"{name}: the environment names a server; none is started here.")

    def _process(self, name: str) -> None:
        command = parts.command(name, port=self.port, tls=self.certificate.files if self.certificate else None)
        log = self.home.logs / f"{name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))

        def start() -> subprocess.Popen[bytes]:
            env = {**self._known_to(name), "MODELOPS_PART": name}
            if name == "web":
                # The web processes share their counters through files here; those of an earlier start count no more.
                shutil.rmtree(self.home.metrics, ignore_errors=True)
                self.home.metrics.mkdir(mode=0o700)
                env["PROMETHEUS_MULTIPROC_DIR"] = str(self.home.metrics)
            return processes.spawn(command, log=log, env=env, cwd=CHECKOUT, dies_with_parent=signal.SIGTERM)

        self.watch.add(Part(name, start, log))

    def _manage(self, what: str, *arguments: str) -> str:
        """Run a command of manage.py to its end while watching the servers, and give what it printed."""
        say(f"{what} …")
        log = self.home.logs / f"{arguments[0]}.log"
        log.unlink(missing_ok=True)
        try:
            code = self.watch.wait_for(self._command(arguments, log))
            output = log.read_text(encoding="utf-8", errors="replace").strip()
        finally:
            log.unlink(missing_ok=True)  # it may hold the one-time credential
        if code == SEALED_EXIT:
            raise Sealed(output.removeprefix("CommandError: "))
        if code != 0:
            raise CannotStart(f"manage.py {' '.join(arguments)} failed:\n{output}")
        return output

    def _load_demo(self) -> bool:
        """Load the demo, again if a part died under it; it goes on where it stopped. Whether it is complete."""
        log = self.home.logs / "demo.log"
        shown = log.stat().st_size if log.exists() else 0

        def show_new_text() -> None:
            nonlocal shown
            shown = _copy_new_text(log, shown)

        say("Loading the demo (DEMO=0 leaves it out) …")
        for attempt in range(1, 6):
            code = self.watch.wait_for(self._command(("load_demo",), log), show_new_text)
            show_new_text()
            if code == 0:
                log.unlink()  # it held one-time invitations, which have been shown
                return True
            say(f"The demo stopped before its end (attempt {attempt} of 5). Log: {log}")
            self.watch.rest(attempt * 2.0)
        return False

    def _command(self, arguments: tuple[str, ...], log: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
        env = {**self._known_to(arguments[0]), "MODELOPS_PART": "command"}
        return processes.spawn(command, log=log, env=env, cwd=CHECKOUT, dies_with_parent=signal.SIGTERM)

    def _wait_for_web(self) -> None:
        end = time.monotonic() + 90
        while not tls.answers(self.port, self.certificate):
            if time.monotonic() > end:
                log = self.home.logs / "web.log"
                raise CannotStart(f"The web server does not answer. The end of {log}:\n{tail(log)}")
            self.watch.rest(0.1)

    def _announce(self, credential: str, complete: bool) -> None:
        lines = ["", "-" * 78, f"ModelOps portal   {self.address}"]
        lines += [f"    {line}" for line in credential.splitlines()]
        lines += [f"Data              {self.home.root}", f"Logs              {self.home.logs}"]
        if not complete:
            lines.append("Demo              not complete; the next start goes on with it")
        say(*lines, "Stop              Ctrl-C", "-" * 78)
        if os.geteuid() == 0:
            say("You are root: fine for a look, but give a portal that stays an account of its own.")
        if any(services.wanted()):
            say("PostgreSQL and Valkey are the embedded ones: for evaluation and a single node, without backups.")

    # --- down -------------------------------------------------------------------------------------------------------

    def _take_down(self) -> None:
        running = self.watch.running()
        if not running:
            return
        say("Stopping …")
        for name, patience in PATIENCE_S.items():
            if name in running:
                self.watch.end(name, patience)
                say(f"    {name} has stopped")
        if self.pair is not None:
            with services.locked(self.home):
                for name, server in (("valkey", self.pair.valkey), ("postgres", self.pair.cluster)):
                    if name in running and server is not None:
                        server.stop()
                        running[name].wait(10)
                        say(f"    {name} has stopped")
        say("Stopped.")

    # --- around -----------------------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """Where a browser finds the portal. A name, not a number: passkeys need one."""
        return f"https://{self.certificate.name}:{self.port}" if self.certificate else f"http://localhost:{self.port}"

    def _environment(self) -> dict[str, str]:
        empty = {name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)}
        env = {name: value for name, value in os.environ.items() if name not in empty}
        for name, value in environment(self.home.root).items():
            env.setdefault(name, value)
        env.setdefault("MODELOPS_ENV", "development")
        if self.certificate is not None:
            env.setdefault("MODELOPS_BASE_URL", self.address)
        env.update(MODELOPS_HOME=str(self.home.root), PORT=str(self.port), TMPDIR=str(self.home.tmp))
        env["PYTHONUNBUFFERED"] = "1"
        return env

    def _known_to(self, name: str) -> dict[str, str]:
        """The environment of a part or command: the sealer's secrets are for the sealer, the owner's role migrates."""
        hidden = set()
        if name != "migrate":
            hidden.add("MODELOPS_OWNER_DATABASE_URL")
        if name not in {"sealer", "audit_key"}:
            hidden |= {*parts.SEALER_ONLY}
            if name != "migrate":  # which grants the sealer's role what it needs
                hidden.add("MODELOPS_SEALER_DATABASE_URL")
        return {key: value for key, value in self.env.items() if key not in hidden}

    def _require_port(self) -> None:
        """Refuse before anything is started when another program listens at our port."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError as error:
                other = self.port + 1 if 1024 <= self.port < 65535 else 8000  # below 1024 only root may listen
                raise CannotStart(
                    f"Port {self.port} cannot be used ({error.strerror}). Choose another one: make run PORT={other}"
                ) from None

    def _end_leftovers(self) -> None:
        """End the processes of a supervisor of this home that was killed."""
        for name in (*parts.NAMES, "command"):
            left = processes.carrying({"MODELOPS_HOME": str(self.home.root), "MODELOPS_PART": name})
            if left:
                say(f"Ending what an interrupted run left: {name}")
                # The kernel asked them already; a worker whose broker is gone would wait for it in vain.
                processes.end_all(left, patience=3)

    def _remember(self) -> None:
        known = {name: process.pid for name, process in self.watch.running().items()}
        write_private(self.home.state, json.dumps({"pid": os.getpid(), "address": self.address, "parts": known}) + "\n")

    def _already_running(self) -> str:
        try:
            state = json.loads(self.home.state.read_text(encoding="utf-8"))
            where = f"{state['address']} (process {state['pid']})"
        except (OSError, ValueError, KeyError):
            where = "it is starting or stopping at this moment"
        return (
            f"A portal already runs on {self.home.root}: {where}. Stop it with Ctrl-C there, or start a second one "
            "with a home and a port of its own: make run MODELOPS_HOME=$HOME/second PORT=8001"
        )


def _copy_new_text(log: Path, shown: int) -> int:
    with log.open("rb") as stream:
        stream.seek(shown)
        new = stream.read()
    sys.stdout.write(new.decode(errors="replace"))
    sys.stdout.flush()
    return shown + len(new)
