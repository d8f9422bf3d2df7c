"""Encryption has no switch, and what is encrypted is counted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.people import make_user, sign_in

ROOT = Path(__file__).resolve().parents[2]


def check_deploy(**changes: str) -> subprocess.CompletedProcess[str]:
    needed = ("PATH", "HOME", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MODELOPS_ROOT_KEY", "MODELOPS_HOME")
    env = {name: os.environ[name] for name in needed if name in os.environ}
    production = {
        "MODELOPS_ENV": "production",
        "MODELOPS_HOSTS": "portal.example.org",
        "MODELOPS_BASE_URL": "https://portal.example.org",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR"]
    return subprocess.run(
        command, env={**env, **production, **changes}, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "switch",
    [
        {"MODELOPS_ENCRYPTION": "off"},
        {"MODELOPS_ARTIFACT_CIPHER": "none"},
    ],
    ids=str,
)
def test_switching_it_off_fails_the_deploy_check(switch: dict[str, str]) -> None:
    """S0-15, S1-33: whatever the switch is called, the check exits non-zero and names it."""
    refused = check_deploy(**switch)
    assert refused.returncode != 0
    assert next(iter(switch)) in refused.stderr


def test_without_such_a_switch_the_deploy_check_passes() -> None:
    passed = check_deploy()
    assert passed.returncode == 0, passed.stderr


@pytest.mark.django_db
def test_the_system_page_counts_what_is_encrypted(client: Client) -> None:
    """S0-15: from rows and the last look into the stores, not from a flag."""
    sign_in(client, make_user("keeper", "Security administrator"))
    page = client.get(reverse("admin:system")).content.decode()
    assert "Encrypted artifacts" in page
    assert "0 of 0" in page
