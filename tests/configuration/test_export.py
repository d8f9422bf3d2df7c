"""The configuration leaves the portal without its secrets: by the admin, the command, logs and error pages."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client, override_settings

from compliance.audit.models import AuditEvent
from modelops.configuration import SETTINGS, _plain, configuration, export
from modelops.lib.secret import Secret
from tests.accounts.people import make_user, sign_in

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "/admin/configuration.json"

# What a process of a portal says when everything that it needs is away: pages, refusals and log, at the finest level.
SCRIPT = """
import os, django
from django.conf import settings
django.setup()
from django.test import Client
from modelops.configuration import export
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.providers import configured_provider, former_provider
client = Client(raise_request_exception=False)
for address in ("/health/ready", "/sign-in/", "/invitation/unknown/", "/metrics"):
    answer = client.get(address, secure=True, headers={"Authorization": "Bearer wrong"})
    print(address, answer.status_code, answer.content.decode(errors="replace"))
for provider in (configured_provider, former_provider):
    try:
        print(repr(provider()), vars(provider()))
        provider().wrap(b"m", b"x")
    except KeysUnavailable as error:
        print(error)
print(export())
from django.core.mail import send_mail
send_mail("s", "b", None, ["a@example.org"])
"""


@pytest.fixture
def canaries() -> dict[str, str]:
    """One secret for each setting that holds one."""
    names = ("key", "database", "queue", "mail", "metrics", "vault", "phrase", "cloud")
    return {name: f"canary-{name}-{secrets.token_hex(20)}" for name in names}


def environment(canaries: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "MODELOPS_ENV": "production",
        "MODELOPS_HOME": str(tmp_path),
        "MODELOPS_HOSTS": "testserver",
        "MODELOPS_BASE_URL": "https://testserver",
        "MODELOPS_LOG_LEVEL": "DEBUG",
        "SECRET_KEY": canaries["key"],
        # The server of the tests knows its users by their account and asks for no password.
        "DATABASE_URL": os.environ["DATABASE_URL"].replace("@/", f":{canaries['database']}@/", 1),
        "REDIS_URL": f"redis://:{canaries['queue']}@127.0.0.1:1/0",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": "1",
        "EMAIL_HOST_USER": "portal",
        "EMAIL_HOST_PASSWORD": canaries["mail"],
        "MODELOPS_METRICS_TOKEN": canaries["metrics"],
        "MODELOPS_VAULT_ADDRESS": "http://127.0.0.1:1",
        "MODELOPS_VAULT_TOKEN": canaries["vault"],
        "MODELOPS_FORMER_ROOT_PASSPHRASE": canaries["phrase"],
        "MODELOPS_KEY_TIMEOUT_S": "1",
        "AWS_SECRET_ACCESS_KEY": canaries["cloud"],
        "DJANGO_SETTINGS_MODULE": "modelops.settings",
    }


def test_no_secret_is_in_export_logs_and_error_pages(canaries: dict[str, str], tmp_path: Path) -> None:
    """S0-26."""
    env = environment(canaries, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    command = subprocess.run(
        [sys.executable, "manage.py", "export_configuration"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    said = done.stdout + done.stderr + command.stdout + command.stderr
    assert "/health/ready 503" in said
    assert "ConnectionRefusedError" in done.stderr, "the last call fails with a traceback"
    assert command.returncode == 0, command.stderr
    for name, canary in canaries.items():
        assert canary not in said, name
    found = json.loads(command.stdout)
    assert found["settings"]["MODELOPS_BASE_URL"] == "https://testserver"
    assert found["secrets"] == dict.fromkeys(found["secrets"], "set")
    assert found["root_key"]["MODELOPS_VAULT_TOKEN"] == "set"
    assert found["root_key"]["MODELOPS_VAULT_ADDRESS"] == "http://127.0.0.1:1"
    assert found["queue"]["server"] == "redis://127.0.0.1:1/0"


@pytest.mark.django_db
def test_the_admin_offers_it_to_those_who_see_the_key_ring(client: Client) -> None:
    """S0-26: as a file, noted in the ledger, refused to others."""
    sign_in(client, make_user("keeper", "Security administrator"))
    assert f'href="{ADDRESS}"' in client.get("/admin/system/").content.decode()
    planted = {"SECRET_KEY": "canary-1" * 8, "EMAIL_HOST_PASSWORD": "canary-2", "MODELOPS_METRICS_TOKEN": "canary-3"}
    with override_settings(**{name: value for name, value in planted.items() if name != "SECRET_KEY"}):
        answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="configuration.json"'
    assert "canary" not in answer.content.decode()
    assert os.environ["MODELOPS_ROOT_KEY"] not in answer.content.decode()
    assert json.loads(answer.content)["root_key"] == {"MODELOPS_ROOT_KEY": "set"}
    assert AuditEvent.objects.filter(name="escrow.configuration.exported").count() == 1
    other = sign_in(Client(), make_user("officer", "Compliance officer"))
    assert other.get(ADDRESS).status_code == 403


def test_what_nobody_named_and_what_is_wrapped_is_not_exported() -> None:
    with override_settings(MODELOPS_NEW_SETTING="canary"):
        assert "canary" not in export()
    with pytest.raises(TypeError, match="holds a Secret"):
        _plain("X", Secret("canary"))
    secret = Secret("canary")
    for shown in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r}",
        "%s" % secret,
        str([secret]),
        str({1: secret}),
    ):
        assert "canary" not in shown
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert secret.reveal() == "canary"
    assert set(configuration()["settings"]) == set(SETTINGS)
