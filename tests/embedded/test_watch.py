"""The watch over a portal's processes, with small ones in their place."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelops.embedded import processes
from modelops.embedded.problems import CannotStart
from modelops.embedded.watch import LONGEST_PAUSE_S, SEALED_EXIT, Part, StopRequested, Watch


def part(folder: Path, code: str, name: str = "part") -> Part:
    """A part that runs ``code``; each start adds a line to its log."""
    log = folder / f"{name}.log"

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", f"print('start', flush=True)\n{code}"]
        return processes.spawn(command, log=log, env={}, cwd=folder, dies_with_parent=signal.SIGKILL)

    return Part(name, start, log)


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    for process in watch.running().values():
        processes.end_group(process.pid)
        process.wait(10)


def starts(part: Part) -> int:
    """How often it was started."""
    return part.log.read_text().count("start")


def test_a_part_that_ends_is_started_again_with_growing_pauses(
    watch: Watch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing, healthy = (
        part(tmp_path, "raise SystemExit(3)", "failing"),
        part(tmp_path, "import time; time.sleep(60)", "ok"),
    )
    watch.add(failing)
    watch.add(healthy)
    pauses = []
    for attempt in range(1, 4):
        while failing.failures < attempt:
            watch.rest(0.02)
        pauses.append(failing.pause())
    assert pauses == [0.5, 1.0, 2.0]
    assert starts(failing) == 3
    assert starts(healthy) == 1
    assert "failing ended (exit code 3); starting it again." in capsys.readouterr().out
    failing.failures = 20
    assert failing.pause() == LONGEST_PAUSE_S


def test_a_part_without_keys_is_asked_again_without_haste_and_told_of_once(
    watch: Watch, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S0-31: the supervisor does not spin on a sealed portal."""
    sealed = part(tmp_path, f"raise SystemExit({SEALED_EXIT})", "worker")
    watch.add(sealed)
    watch.rest(3)
    assert starts(sealed) == 1
    monkeypatch.setattr("modelops.embedded.watch.SEALED_PAUSE_S", 0.1)
    sealed.due_at = 0
    while starts(sealed) < 4:
        watch.rest(0.05)
    assert capsys.readouterr().out.count("worker does not work without keys") == 1


def test_a_part_that_cannot_start_again_is_tried_again(watch: Watch, tmp_path: Path) -> None:
    sleeper = part(tmp_path, "import time; time.sleep(60)")
    start, attempts = sleeper.start, []

    def refuse_once() -> subprocess.Popen[bytes] | None:
        attempts.append(time.monotonic())
        if len(attempts) == 2:
            raise CannotStart("not yet")
        return start()

    sleeper.start = refuse_once
    watch.add(sleeper)
    first = watch.running()["part"]
    first.kill()
    while len(attempts) < 3:
        watch.rest(0.05)
    assert watch.running()["part"].poll() is None
    assert watch.running()["part"].pid != first.pid


def test_what_a_killed_part_leaves_is_ended_before_it_starts_again(watch: Watch, tmp_path: Path) -> None:
    child = "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    parent = part(tmp_path, f"{child}; print('child', c.pid, flush=True); time.sleep(60)")
    watch.add(parent)
    assert processes.wait_until(lambda: "child" in parent.log.read_text(), 20)
    orphan = int(parent.log.read_text().split("child ")[1].split()[0])
    watch.running()["part"].kill()
    while starts(parent) < 2:
        watch.rest(0.05)
    assert not processes.alive(orphan)


def test_a_request_to_stop_ends_a_command_and_patience_has_an_end(watch: Watch, tmp_path: Path) -> None:
    stubborn = part(
        tmp_path, "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    watch.add(stubborn)
    assert processes.wait_until(lambda: "deaf" in stubborn.log.read_text(), 20)
    command = part(tmp_path, "import time; time.sleep(60)", "command").start()
    assert command is not None
    watch.stop_requests = 1
    with pytest.raises(StopRequested):
        watch.wait_for(command)
    assert command.returncode is not None
    began = time.monotonic()
    watch.end("part", patience=0.5)
    assert 0.4 < time.monotonic() - began < 10
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL
