"""Settings are looked at before anything starts: names that do not exist, values of the wrong type, weak ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import override_settings

from modelops.deploy_checks import check_settings

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """A command of the portal in production, with some variables changed."""
    env = {
        **os.environ,
        "MODELOPS_ENV": "production",
        "MODELOPS_HOSTS": "portal.example.org",
        "MODELOPS_BASE_URL": "https://portal.example.org",
        **changes,
    }
    for name in [name for name in env if name.startswith("MODELOPS_") and env[name] == ""]:
        del env[name]
    for name in ("DJANGO_SETTINGS_MODULE", "PORTAL_TEST_DATA"):
        env.pop(name, None)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("MODELOPS_HOSST", "portal.example.org", "Did you mean MODELOPS_HOSTS?"),
        ("MODELOPS_MAX_BODY_BYTES", "many", "a whole number is needed"),
        ("MODELOPS_BEHIND_TLS_PROXY", "perhaps", "use 1 or 0"),
    ],
)
def test_an_unknown_name_or_a_wrong_type_stops_the_start(name: str, value: str, part: str) -> None:
    """S1-31: with the name of what is wrong."""
    done = run("check", **{name: value})
    assert done.returncode != 0
    assert name in done.stderr
    assert part in done.stderr


def test_the_deploy_check_lists_everything_that_is_missing_or_weak_with_a_hint() -> None:
    """S1-41, S1-11: in one run."""
    done = run(
        "check",
        "--deploy",
        "--tag",  # the rest of the checks is about the code
        "security",
        MODELOPS_HOSTS="",
        MODELOPS_BASE_URL="http://portal.example.org",
        DATABASE_URL="postgresql://portal@db.example.org/portal",
        REDIS_URL="redis://cache.example.org:6379/0",
        MODELOPS_METRICS_TOKEN="short",
    )
    assert done.returncode != 0
    wanted = ("security.W020", "modelops.E020", "modelops.W002", "modelops.W011", "modelops.E022", "modelops.E023")
    for number in (*wanted, "modelops.W014", "modelops.W015", "modelops.W017"):
        assert number in done.stderr, number
    ours = [line for line in done.stderr.splitlines() if "(modelops." in line]
    assert done.stderr.count("HINT:") >= len(ours) >= 9


def test_a_strong_configuration_has_nothing_to_tell() -> None:
    strong = {
        "DATABASE_URL": "postgresql://portal:p@db.example.org/portal?sslmode=verify-full",
        "REDIS_URL": "rediss://:p@cache.example.org:6379/0",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_USE_TLS": "1",
        "DEFAULT_FROM_EMAIL": "portal@example.org",
        "MODELOPS_ACCEPTED_CHECKS": "modelops.W002",
        "MODELOPS_BEHIND_TLS_PROXY": "1",
        "MODELOPS_OWNER_DATABASE_URL": "",
        "MODELOPS_SEALER_DATABASE_URL": "",
    }
    done = run("check", "--deploy", "--tag", "security", "--fail-level", "WARNING", **strong)
    assert done.returncode == 0, done.stderr


def test_development_and_open_hosts_are_told() -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        found = {message.id for message in check_settings(None)}
    assert {"modelops.W010", "modelops.E021"} <= found
