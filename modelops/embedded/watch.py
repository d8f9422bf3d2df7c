"""Watching the processes of a portal: what dies is started again, and a request to stop is never overlooked."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from modelops.embedded import processes
from modelops.embedded.problems import CannotStart

LONGEST_PAUSE_S = 30.0
# Exit code of a part that may not work without keys (EX_CONFIG); it is asked again at this pace, without haste.
SEALED_EXIT = 78
SEALED_PAUSE_S = 30.0
CALM_AFTER_S = 60.0  # a part that ran this long was healthy; its next pause is short again


class StopRequested(Exception):
    """Ctrl-C, or a request to end from outside."""


@dataclass
class Part:
    """One supervised process and what is needed to start it again."""

    name: str
    start: Callable[[], subprocess.Popen[bytes] | None]  # None: it runs already, started by somebody else
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float = 0.0
    is_sealed: bool = False

    def begin(self) -> None:
        """Start it and remember when."""
        self.process = self.start()
        self.started_at = time.monotonic()
        self.due_at = self.started_at + 1

    def pause(self) -> float:
        """Seconds until the next attempt: half a second, then doubling."""
        return min(0.5 * 2 ** max(self.failures - 1, 0), LONGEST_PAUSE_S)


@dataclass
class Watch:
    """The parts in the order in which they were started, and the requests to stop that came so far."""

    parts: list[Part] = field(default_factory=list)
    stop_requests: int = 0
    changed: Callable[[], None] = lambda: None

    def listen(self) -> None:
        """Take Ctrl-C, a closed terminal and a polite kill as requests to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_signal)

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop_requests += 1

    def add(self, part: Part) -> None:
        """Start ``part`` and watch it from now on."""
        part.begin()
        self.parts.append(part)
        self.changed()

    def running(self) -> dict[str, subprocess.Popen[bytes]]:
        """The parts that this supervisor started and that have not ended, by name."""
        return {part.name: part.process for part in self.parts if part.process is not None}

    def rest(self, seconds: float) -> None:
        """Let time pass without losing sight of the parts or of a request to stop."""
        end = time.monotonic() + seconds
        while True:
            self.glance()
            if time.monotonic() >= end:
                return
            time.sleep(min(0.1, max(end - time.monotonic(), 0.01)))

    def wait_for(self, process: subprocess.Popen[bytes], each: Callable[[], None] = lambda: None) -> int:
        """Wait for the end of a command while watching the parts; its exit code."""
        try:
            while process.poll() is None:
                self.glance()
                each()
                time.sleep(0.05)
        except StopRequested:
            process.terminate()
            processes.wait_until(lambda: process.poll() is not None, 5)
            processes.end_group(process.pid)
            process.wait(5)
            raise
        return process.returncode

    def glance(self) -> None:
        """Start again what has ended; raise StopRequested when that was asked for."""
        if self.stop_requests:
            raise StopRequested
        for part in self.parts:
            self._look_after(part)

    def _look_after(self, part: Part) -> None:
        now = time.monotonic()
        if part.process is not None and part.process.poll() is not None:
            processes.end_group(part.process.pid)  # what it left behind would hold the port or take tasks
            part.failures = 1 if now - part.started_at > CALM_AFTER_S else part.failures + 1
            part.due_at = now + part.pause()
            if part.process.returncode == SEALED_EXIT:
                part.due_at = now + SEALED_PAUSE_S
                if not part.is_sealed:
                    say(f"{part.name} does not work without keys; it is asked again every half minute. Log: {part.log}")
            else:
                say(f"{part.name} ended ({_reason(part.process.returncode)}); starting it again. Log: {part.log}")
            part.is_sealed = part.process.returncode == SEALED_EXIT
            part.process = None
        if part.process is None and now >= part.due_at:
            try:
                part.begin()
            except CannotStart as problem:
                part.failures += 1
                part.due_at = time.monotonic() + part.pause()
                say(str(problem))
            else:
                self.changed()

    def end(self, name: str, patience: float) -> None:
        """Ask a part to end and wait; another request to stop, or the end of patience, ends it at once."""
        process = self.running().get(name)
        if process is None:
            return
        asked, start, told = self.stop_requests, time.monotonic(), False
        process.terminate()
        while process.poll() is None and time.monotonic() - start < patience and self.stop_requests == asked:
            if not told and time.monotonic() - start > 3:
                told = True
                say(f"Waiting for {name} to finish its work; Ctrl-C again ends it (the work is taken up again later).")
            time.sleep(0.05)
        processes.end_group(process.pid)
        process.wait(10)


def say(*lines: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
