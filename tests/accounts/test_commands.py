"""The commands that make accounts and keys."""

import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client, override_settings

from accounts import api_key_format
from accounts.models import TOTPDevice, User
from accounts.services import ensure_ready_account
from compliance.audit import Actor
from modelops.lib.errors import NotAllowed
from tests.accounts.people import PASSWORD, code_of, make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str, **more: Any) -> str:
    """What the command prints on stdout."""
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO(), **more)
    return out.getvalue()


def test_create_api_key_prints_the_key_alone() -> None:
    make_user("pipeline", "Pipeline")
    out = run("create_api_key", "pipeline", "--scopes", "all", "--days", "7")
    assert out.endswith("\n")
    key = out.removesuffix("\n")
    assert api_key_format.parse(key)
    assert Client().get("/api/v1/models/", headers={"authorization": f"Bearer {key}"}).status_code == 200


@pytest.mark.parametrize(
    "arguments", [("nobody",), ("pipeline", "--days", "366"), ("pipeline", "--scopes", "registry.fly")]
)
def test_create_api_key_refuses_with_the_reason(arguments: tuple[str, ...]) -> None:
    make_user("pipeline", "Pipeline")
    with pytest.raises(CommandError, match=r"account|365|permission"):
        run("create_api_key", *arguments)


def test_create_user_prints_an_invitation_link(client: Client) -> None:
    """S4-37."""
    first = run("create_user", "scientist", "--role", "Data scientist").strip()
    assert client.get(urlsplit(first).path).status_code == 200
    again = run("create_user", "scientist", "--role", "Data scientist").strip()
    assert again != first
    client.post(urlsplit(again).path, {"password": PASSWORD, "repeated": PASSWORD})
    with pytest.raises(CommandError, match="already"):
        run("create_user", "scientist", "--role", "Data scientist")


def test_create_user_makes_a_ready_account(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    uri = run("create_user", "scientist", "--role", "Data scientist", "--password-stdin", "--totp").strip()
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert set(parse_qs(parts.query)) == {"secret", "issuer"}
    user = User.objects.get()
    client.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code_of(user)})["Location"] == "/"


def test_create_user_refuses_half_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (("--password-stdin",), ("--totp",)):
        with pytest.raises(CommandError, match="go together"):
            run("create_user", "scientist", "--role", "Viewer", *arguments)
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="at least 12"):
        run("create_user", "scientist", "--role", "Viewer", "--password-stdin", "--totp")
    with pytest.raises(CommandError, match="invalid choice"):
        run("create_user", "scientist", "--role", "Emperor")
    assert User.objects.count() == 0


def test_create_user_makes_a_service_without_password() -> None:
    assert run("create_user", "pipeline", "--role", "Pipeline") == ""
    user = User.objects.get()
    assert (user.is_service, user.has_usable_password()) == (True, False)


def test_ready_accounts_do_not_exist_in_production() -> None:
    actor = Actor.system("test")
    with override_settings(PRODUCTION=True), pytest.raises(NotAllowed):
        ensure_ready_account("scientist", "Viewer", password=PASSWORD, actor=actor)
    first, uri = ensure_ready_account("scientist", "Viewer", password=PASSWORD, actor=actor)
    again, other = ensure_ready_account("scientist", "Data scientist", password=PASSWORD, actor=actor)
    assert first.pk == again.pk
    assert uri != other
    assert TOTPDevice.objects.filter(confirmed=True).count() == 1
    service, empty = ensure_ready_account("pipeline", "Pipeline", password=PASSWORD, actor=actor)
    assert (service.has_usable_password(), empty) == (False, "")
