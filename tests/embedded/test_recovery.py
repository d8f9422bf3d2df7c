"""After any kind of end the servers start again, with everything that was committed."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from modelops.embedded import processes, services
from modelops.embedded.paths import CHECKOUT, Home
from tests.embedded.test_servers import connect, valkey


def kill(home: Home) -> None:
    """End both servers as a power cut does."""
    pids = processes.working_in(home.postgres) + processes.working_in(home.valkey)
    assert len(pids) > 2
    for pid in pids:
        processes.send(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: not any(processes.alive(pid) for pid in pids), 10)


def test_what_was_committed_outlives_kill_9(stopped_home: Home) -> None:
    services.up(stopped_home)
    with connect(stopped_home) as database:
        database.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    client = valkey(stopped_home)
    client.set("kept", "42")
    client.close()
    kill(stopped_home)
    assert (stopped_home.postgres / "postmaster.pid").exists()
    services.up(stopped_home)
    with connect(stopped_home) as database:
        assert database.execute("SELECT answer FROM kept").fetchone() == (42,)
    assert valkey(stopped_home).get("kept") == b"42"


@pytest.mark.parametrize("content", ["this process", "a zombie", "", "not a number"])
def test_a_stale_pid_file_does_not_keep_the_server_down(stopped_home: Home, content: str) -> None:
    services.up(stopped_home)
    kill(stopped_home)
    pid_file = stopped_home.postgres / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    zombie = None
    if content == "this process":  # the number was given to somebody else meanwhile
        lines[0] = str(os.getpid())
    elif content == "a zombie":
        zombie = subprocess.Popen([sys.executable, "-c", ""])
        assert processes.wait_until(lambda: not processes.alive(zombie.pid), 10)
        lines[0] = str(zombie.pid)
    else:
        lines = [content]
    pid_file.write_text("\n".join(lines) + "\n" if content else "")
    services.up(stopped_home)
    with connect(stopped_home) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
    if zombie is not None:
        zombie.wait()


def test_a_killed_starter_takes_its_servers_along(stopped_home: Home, tmp_path: Path) -> None:
    script = tmp_path / "starter.py"
    script.write_text(
        textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from modelops.embedded import services
        from modelops.embedded.paths import Home
        stopped_home = Home(Path(sys.argv[1]))
        services.make_home(stopped_home)
        with services.locked(stopped_home):
            pair = services.prepare(stopped_home)
            servers = [pair.start_postgres(True), pair.start_valkey(True)]
        print("up", flush=True)
        time.sleep(300)
        """)
    )
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    starter = subprocess.Popen([sys.executable, script, stopped_home.root], env=env, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    assert starter.stdout.readline() == "up\n"
    assert processes.working_in(stopped_home.postgres)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    folders = (stopped_home.postgres, stopped_home.valkey)
    assert processes.wait_until(lambda: not any(map(processes.working_in, folders)), 10)
    assert not (stopped_home.postgres / "postmaster.pid").exists()  # a clean shutdown, not a crash
    services.up(stopped_home)


def test_a_throw_away_pair_leaves_nothing_behind(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent("""
        import sys, time
        from modelops.embedded import throwaway
        pair = throwaway.start()
        print(pair.folder, flush=True)
        if sys.argv[1] == "killed":
            time.sleep(300)
        pair.remove()
        """)
    )
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    folders = []
    for how in ("killed", "orderly"):
        run = subprocess.Popen([sys.executable, script, how], env=env, stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None
        folders.append(Path(run.stdout.readline().strip()))
        if how == "killed":
            run.kill()
        run.wait(30)
        run.stdout.close()
        end = time.monotonic() + 10
        while processes.working_in(folders[-1] / "postgres") and time.monotonic() < end:
            time.sleep(0.05)
    assert not any(folder.exists() for folder in folders)  # the second run removed what the first had left
