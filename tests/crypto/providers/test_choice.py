"""Exactly one root key provider: chosen by what the environment sets, refused at the start otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.providers import configured_provider
from modelops.crypto.providers.base import forget_provider
from modelops.crypto.providers.checks import check_passphrase, check_provider_exists, check_provider_is_fit
from modelops.crypto.providers.local import FileRootKey
from modelops.crypto.providers.sources import DECIDING, FORMER, choose, variables

ROOT = Path(__file__).resolve().parents[3]
KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """A process that reads the settings and runs the system checks."""
    env = {name: value for name, value in os.environ.items() if name != "MODELOPS_ROOT_KEY"} | changes
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_every_variable_is_documented() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()
    present = [name for name in variables() if not name.startswith(FORMER)]
    assert len(present) > 20
    assert [name for name in present if name.removesuffix("_FILE") not in page] == []


def test_the_choice(no_root_key: pytest.MonkeyPatch) -> None:
    """S0-32: one configured provider is chosen, none leaves the portal sealed, two are refused by their names."""
    assert choose() is None
    firsts = {provider: f"MODELOPS_{names[0]}" for provider, names in DECIDING.items()}
    for provider, name in firsts.items():
        no_root_key.setenv(name, "x")
        assert choose() == provider
        for other in firsts.values():
            if other != name:
                no_root_key.setenv(other, "y")
                with pytest.raises(ImproperlyConfigured, match="keep exactly one") as refusal:
                    choose()
                assert name in str(refusal.value)
                assert other in str(refusal.value)
                no_root_key.delenv(other)
        no_root_key.setenv("MODELOPS_KEY_PROVIDER", provider)
        assert choose() == provider
        no_root_key.delenv(name)
        with pytest.raises(ImproperlyConfigured, match=name):
            choose()
        no_root_key.delenv("MODELOPS_KEY_PROVIDER")
    no_root_key.setenv("MODELOPS_ROOT_KEY", "x")
    no_root_key.setenv("MODELOPS_KEY_PROVIDER", "vault")
    with pytest.raises(ImproperlyConfigured, match="MODELOPS_ROOT_KEY configures 'environment'"):
        choose()


def test_the_start_fails_with_the_name_of_the_variable() -> None:
    """S1-30: the provider that is asked for lacks its variable. S0-32: an unknown one is refused by a check."""
    absent = start(MODELOPS_KEY_PROVIDER="environment")
    assert absent.returncode != 0
    assert "MODELOPS_ROOT_KEY is not set" in absent.stderr
    unknown = start(MODELOPS_KEY_PROVIDER="smartcard")
    assert unknown.returncode != 0
    assert "modelops.E002" in unknown.stderr
    assert "environment, file, passphrase, vault, aws-kms" in unknown.stderr


def test_an_unknown_or_missing_provider_opens_nothing(no_root_key: pytest.MonkeyPatch) -> None:
    for key, part in (("smartcard", "no root key provider"), (None, "No root key is configured")):
        with override_settings(MODELOPS_KEY_PROVIDER=key):
            forget_provider()
            with pytest.raises(KeysUnavailable, match=part):
                configured_provider()
    with override_settings(MODELOPS_KEY_PROVIDER="smartcard"):
        assert [found.id for found in check_provider_exists(None)] == ["modelops.E002"]


def test_the_deploy_check_tells_what_is_missing_or_weak(no_root_key: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """S1-11: a local provider in production is a warning; a file that others can read an error. S3-06."""
    with override_settings(MODELOPS_KEY_PROVIDER=None):
        assert [found.id for found in check_provider_is_fit(None)] == ["modelops.E004"]
    path = tmp_path / "root.key"
    path.touch(mode=0o600)
    path.write_text(KEY)
    no_root_key.setenv("MODELOPS_ROOT_KEY_FILE", str(path))
    with override_settings(MODELOPS_KEY_PROVIDER="file", PRODUCTION=True):
        forget_provider()
        (warning,) = check_provider_is_fit(None)
        assert warning.id == "modelops.W002"
        assert "vault or aws-kms" in str(warning.hint)
        path.chmod(0o640)
        forget_provider()
        (error,) = check_provider_is_fit(None)
        assert error.id == "modelops.E005"
        assert "chmod 600" in error.msg
        assert check_passphrase(None) == []


def test_a_key_file_is_refused_that_is_not_ones_own_alone(no_root_key: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """S3-06: mode, owner, no link, no device, and not larger than a key."""
    path = tmp_path / "root.key"
    path.touch(mode=0o600)
    path.write_text(KEY)
    no_root_key.setenv("MODELOPS_ROOT_KEY_FILE", str(path))
    assert FileRootKey().key_id
    for mode in (0o604, 0o640, 0o602, 0o620, 0o666):
        path.chmod(mode)
        with pytest.raises(KeysUnavailable, match=f"has mode {mode:o}"):
            FileRootKey()
    path.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    large = tmp_path / "large"
    large.touch(mode=0o600)
    large.write_bytes(b"A" * 5000)
    for wrong, part in (
        (link, "symbolic link"),
        (pipe, "not a regular file"),
        (tmp_path, "not a regular file"),
        (large, "more than 4096 bytes"),
        (tmp_path / "gone", "no new key is made"),
    ):
        no_root_key.setenv("MODELOPS_ROOT_KEY_FILE", str(wrong))
        with pytest.raises(KeysUnavailable, match=part):
            FileRootKey()
    if os.geteuid() == 0:
        os.chown(path, 54321, 54321)
        no_root_key.setenv("MODELOPS_ROOT_KEY_FILE", str(path))
        with pytest.raises(KeysUnavailable, match="belongs to account 54321"):
            FileRootKey()
