"""No secret has a default, and sample values are refused at the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    for name, value in changes.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    code = "import django; from django.conf import settings; settings.SECRET_KEY"
    env["DJANGO_SETTINGS_MODULE"] = "modelops.settings"
    return subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("value", [None, "", "your-secret-key", "your-secret-key" * 5, "django-insecure-" + "x" * 50])
def test_a_missing_or_known_secret_key_stops_the_start(value: str | None) -> None:
    """S4-03."""
    refused = start(SECRET_KEY=value, SECRET_KEY_FILE=None)
    assert refused.returncode != 0
    assert "SECRET_KEY" in refused.stderr
    assert start().returncode == 0


def test_sqlite_is_refused() -> None:
    """S3-64."""
    refused = start(DATABASE_URL="sqlite:///portal.db")
    assert refused.returncode != 0
    assert "PostgreSQL is required" in refused.stderr


def test_two_root_keys_are_refused() -> None:
    refused = start(MODELOPS_ROOT_KEY="x", MODELOPS_ROOT_KEY_FILE="/nowhere")
    assert refused.returncode != 0
    assert "keep exactly one" in refused.stderr


def test_the_samples_of_the_sources_stand_nowhere_in_the_code() -> None:
    """S4-03: no sample secret as a literal that something could run with."""
    samples = ("default-password", "default-salt", "secure123", "password1234")
    folders = ("accounts", "compliance", "dataquality", "demo", "modelops", "monitoring", "registry")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")] + [ROOT / "Makefile"]
    assert len(files) > 100
    guilty = [str(file) for file in files if any(word in file.read_text() for word in samples)]
    assert guilty == []
