"""What cannot work is refused before anything is made or started, with a message that says what to do."""

import os
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops.embedded import binaries, services
from modelops.embedded.paths import Home
from modelops.embedded.problems import CannotStart
from modelops.embedded.service_user import service_user


def test_a_lost_root_key_is_never_replaced(stopped_home: Home) -> None:
    key = stopped_home.root_key.read_text()
    stopped_home.root_key.unlink()
    (told,) = services.up(stopped_home).told
    assert told.startswith("SEALED: The root key")
    assert "root.key is missing" in told
    assert "Put the key back" in told
    assert not stopped_home.root_key.exists()
    assert services.down(stopped_home)
    stopped_home.root_key.write_text(key)
    stopped_home.root_key.chmod(0o600)
    assert services.up(stopped_home).told == []
    assert stopped_home.root_key.read_text() == key


def test_a_root_key_from_the_environment_is_not_doubled(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELOPS_ROOT_KEY", "given")
    services.up(home)
    assert not home.root_key.exists()
    assert home.secret_key.exists()


def test_data_that_belongs_to_root_is_refused() -> None:
    with pytest.raises(CannotStart, match="belongs to root, and PostgreSQL refuses"):
        service_user(Path("/usr"))


def test_the_owner_of_existing_data_is_the_service_user(stopped_home: Home) -> None:
    assert stopped_home.postgres.stat().st_uid == service_user(stopped_home.postgres).uid
    if os.geteuid() != 0:
        assert service_user(stopped_home.postgres).uid == os.geteuid()
        return
    os.chown(stopped_home.postgres, 54321, 54321)
    with pytest.raises(CannotStart, match="54321 has no entry in the user database"):
        services.up(stopped_home)


def test_a_taken_port_is_refused_before_anything_starts(
    home: Home, shell: Callable[..., subprocess.Popen[str]]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = shell(home, "run", PORT=str(port))
        output, _ = run.communicate(timeout=60)
    assert run.returncode == 1
    assert f"Port {port} cannot be used" in output
    assert f"make run PORT={port + 1}" in output
    assert not home.postgres.exists()


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_refused(home: Home, shell: Callable[..., subprocess.Popen[str]], port: str) -> None:
    run = shell(home, "run", PORT=port)
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 1
    assert f"PORT is '{port}'; a number from 1 to 65535 is needed." in output


def test_programs_that_cannot_run_here_are_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "postgres"
    broken.write_bytes(b"\x7fELF for another machine")
    broken.chmod(0o755)
    assert binaries._version(broken) is None
    assert binaries._version(tmp_path / "missing") is None
    found = binaries.find_postgres()
    assert binaries._version(found.bin / "postgres") == found.version


def test_staged_programs_can_be_run_by_everybody(tmp_path: Path) -> None:
    found = binaries.find_valkey()
    staged = binaries.stage_valkey(found, tmp_path)
    assert binaries._version(staged.server) == found.version
    assert stat.S_IMODE(staged.server.stat().st_mode) & 0o555 == 0o555
    assert binaries.stage_valkey(found, tmp_path) == staged


def test_the_messages_name_the_line_that_installs_what_is_missing() -> None:
    assert "sudo apt-get install postgresql postgresql-contrib" in binaries.NO_POSTGRES
    assert "DATABASE_URL=" in binaries.NO_POSTGRES
    assert "sudo apt-get install redis-server" in binaries.NO_VALKEY
    assert "REDIS_URL=" in binaries.NO_VALKEY


def test_a_home_that_cannot_be_made_is_refused(shell: Callable[..., subprocess.Popen[str]]) -> None:
    up = shell(Home(Path("/proc/home")), "up")  # a folder in which not even root can make one
    output, _ = up.communicate(timeout=60)
    assert up.returncode == 1
    assert "Traceback" not in output
    assert "/proc/home: No such file or directory." in output
    assert "choose another one with MODELOPS_HOME=" in output
