"""The doctor names each problem and its remedy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from modelops import doctor
from modelops.crypto.keyring import keyring
from modelops.crypto.providers.base import forget_provider
from modelops.jobs.broker import broker_client

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "artifacts").mkdir()
    with override_settings(MODELOPS_HOME=tmp_path):
        yield tmp_path


def found() -> str:
    return "\n".join(f"{problem.found} → {problem.remedy}" for problem in doctor.examine())


def test_a_sound_installation_has_no_problems(home: Path) -> None:
    assert found() == ""


def test_a_key_file_that_others_can_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-68."""
    key = home / "root.key"
    key.write_text("x")
    key.chmod(0o644)
    monkeypatch.setenv("MODELOPS_ROOT_KEY_FILE", str(key))
    assert f"{key} can be read by others. → chmod 600 {key}" in found()
    key.unlink()
    assert "does not exist" in found()


def test_a_broker_that_is_down(home: Path) -> None:
    """S3-68."""
    broker_client.cache_clear()
    with override_settings(REDIS_URL="unix:///nowhere.sock?db=0"):
        assert "Valkey does not answer" in found()
    broker_client.cache_clear()


def test_a_pending_migration(home: Path) -> None:
    """S3-68."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'monitoring')"
        )
    assert "1 migration(s) are pending. → manage.py migrate" in found()


def test_a_missing_extension() -> None:
    """S3-68: asked of a database of the same server that nobody has set up."""
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    done = run(DATABASE_URL=f"{base.rsplit('/', 1)[0]}/postgres?{options}")
    assert "lacks the extension pgcrypto" in done.stdout
    assert "CREATE EXTENSION pgcrypto" in done.stdout
    assert "are pending" in done.stdout


def test_a_missing_root_key_and_folder(home: Path) -> None:
    (home / "artifacts").rmdir()
    with override_settings(MODELOPS_KEY_PROVIDER=None):
        keyring.forget()
        forget_provider()
        text = found()
    keyring.forget()
    forget_provider()
    assert "No root key is configured" in text
    assert "setup_portal" in text


def test_the_command_fails_when_there_is_a_problem(tmp_path: Path) -> None:
    done = run(DATABASE_URL="postgresql://nobody@/gone?host=/nonexistent", MODELOPS_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "PostgreSQL does not answer" in done.stdout
    assert "setup_portal" in done.stdout


def run(**changes: str) -> subprocess.CompletedProcess[str]:
    """The command in an environment with some changes."""
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | changes
    command = [sys.executable, "manage.py", "doctor"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
