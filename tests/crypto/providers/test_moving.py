"""The ring under another root key: all keys or none, by the command, with a line in the ledger; and a root key away."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from compliance.audit.models import AuditEvent
from compliance.escrow.tasks import renew_token
from modelops.crypto import envelope
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyVersion
from modelops.crypto.opening import require_open_ring
from modelops.crypto.providers import configured_provider
from modelops.crypto.providers.base import forget_provider
from modelops.crypto.providers.kms import AwsKmsRootKey
from modelops.crypto.providers.sources import FORMER, PRESENT, KeySource, variables
from modelops.crypto.purposes import Purpose

from .conftest import Variables
from .servers import free_port

pytestmark = pytest.mark.django_db
RootKeys = Callable[[str], Variables]
PROVIDERS = {"environment": "environment", "file": "file", "passphrase-pbkdf2": "passphrase", "vault-derived": "vault",
             "aws-kms": "aws-kms"}  # fmt: skip


@contextmanager
def root_key(kind: str, present: Variables, former: Variables | None, env: pytest.MonkeyPatch) -> Iterator[None]:
    """A freshly started process with these root keys."""
    for name in variables():
        env.delenv(name, raising=False)
    for prefix, given in ((PRESENT, present), (FORMER, former or {})):
        for name, value in given.items():
            env.setenv(prefix + name, value)
    keyring.forget()
    forget_provider()
    with override_settings(MODELOPS_KEY_PROVIDER=PROVIDERS[kind]):
        yield
    keyring.forget()
    forget_provider()


def keys(*arguments: str) -> str:
    out = io.StringIO()
    call_command("keys", *arguments, stdout=out)
    return out.getvalue()


def test_the_ring_moves_from_provider_to_provider_and_back(
    first_root_key: Variables, a_root_key: RootKeys, no_root_key: pytest.MonkeyPatch
) -> None:
    """S1-10, S0-32: file, passphrase, Vault, KMS and back; nothing is lost, and each key shows its provider."""
    count = KeyVersion.objects.count()
    with root_key("environment", first_root_key, None, no_root_key):
        sealed = envelope.seal(b"kept", purpose=Purpose.FIELD, context=b"x")
    former = first_root_key
    stops: list[tuple[str, Variables]] = [
        (kind, a_root_key(kind)) for kind in ("file", "passphrase-pbkdf2", "vault-derived", "aws-kms")
    ]
    stops.append(("environment", first_root_key))
    for kind, present in stops:
        with root_key(kind, present, former, no_root_key):
            with pytest.raises(KeysUnavailable, match="The portal is sealed: its key ring needs the root key"):
                require_open_ring()
            keyring.forget()
            said = keys("move-root")
            assert f"{count} keys moved" in said
            assert {row.provider for row in KeyVersion.objects.all()} == {PROVIDERS[kind]}
            assert {row.root_key_id for row in KeyVersion.objects.all()} == {configured_provider().key_id}
            keyring.forget()
            assert envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x") == b"kept"
            assert "0 keys moved" in keys("move-root"), "safe to repeat"
            if kind == "vault-derived":
                assert f"{count} keys are under the newest" in keys("rewrap-root")
                renew_token()
        former = present
    events = list(AuditEvent.objects.filter(name="escrow.root.moved"))
    assert len(events) == len(stops)
    for event in events:
        for given in (first_root_key, *(present for _, present in stops)):
            for name in ("ROOT_KEY", "ROOT_PASSPHRASE", "VAULT_TOKEN"):
                assert given.get(name, "no secret") not in str(event.details)


def test_a_move_that_fails_half_way_changes_nothing(
    first_root_key: Variables, a_root_key: RootKeys, no_root_key: pytest.MonkeyPatch
) -> None:
    """One key that does not open stops all of them."""
    last = KeyVersion.objects.order_by("pk").last()
    assert last is not None
    wrapped = bytes(last.wrapped)
    KeyVersion.objects.filter(pk=last.pk).update(wrapped=wrapped[:-1] + bytes([wrapped[-1] ^ 1]))
    before = set(KeyVersion.objects.values_list("pk", "wrapped", "root_key_id"))
    with (
        root_key("file", a_root_key("file"), first_root_key, no_root_key),
        pytest.raises(CommandError, match=r"does not open .*keys\.unavailable"),
    ):
        keys("move-root")
    assert {(pk, bytes(value), name) for pk, value, name in before} == {
        (pk, bytes(value), name) for pk, value, name in KeyVersion.objects.values_list("pk", "wrapped", "root_key_id")
    }
    assert not AuditEvent.objects.filter(name="escrow.root.moved").exists()


def test_a_move_needs_two_different_root_keys(first_root_key: Variables, no_root_key: pytest.MonkeyPatch) -> None:
    with (
        root_key("environment", first_root_key, None, no_root_key),
        pytest.raises(CommandError, match="No former root key is configured"),
    ):
        keys("move-root")
    with (
        root_key("environment", first_root_key, first_root_key, no_root_key),
        pytest.raises(CommandError, match=r"root\.same"),
    ):
        keys("move-root")


def test_a_root_key_that_is_away_seals_a_start_and_stops_nobody_who_works(
    first_root_key: Variables,
    a_root_key: RootKeys,
    no_root_key: pytest.MonkeyPatch,
    client: Client,
) -> None:
    """S0-35, S1-34: an unwrapped key stays in memory; a start without the service is sealed until it is back."""
    there = a_root_key("vault-derived")
    away = {**there, "VAULT_ADDRESS": f"http://127.0.0.1:{free_port()}", "KEY_TIMEOUT_S": "1"}

    def state() -> str:
        return str(client.get("/health/ready").json()["checks"]["keys"])

    with root_key("vault-derived", there, first_root_key, no_root_key):
        keys("move-root")
        keyring.forget()
        sealed = envelope.seal(b"kept", purpose=Purpose.FIELD, context=b"x")
        assert state() == "ok"
        configured_provider()._address = away["VAULT_ADDRESS"]  # type: ignore[attr-defined]
        configured_provider()._client = None  # type: ignore[attr-defined]
        assert envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x") == b"kept"
        assert state() == "ok"
    with root_key("vault-derived", away, None, no_root_key):
        with pytest.raises(KeysUnavailable, match="cannot be reached now"):
            envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x")
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["status"], state()) == (503, "sealed", "sealed")
        configured_provider()._address = there["VAULT_ADDRESS"]  # type: ignore[attr-defined]
        assert envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x") == b"kept"
        assert state() == "ok"


def test_kms_away_is_told_in_time_and_not_tried_for_ever(no_root_key: pytest.MonkeyPatch) -> None:
    no_root_key.setenv("MODELOPS_KMS_KEY", "alias/portal")
    no_root_key.setenv("MODELOPS_KMS_REGION", "eu-central-1")
    no_root_key.setenv("MODELOPS_KMS_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    no_root_key.setenv("MODELOPS_KEY_TIMEOUT_S", "1")
    with pytest.raises(KeysUnavailable, match="cannot be reached now"):
        AwsKmsRootKey(KeySource()).wrap(b"m", b"x")
    no_root_key.setenv("MODELOPS_KMS_ENDPOINT", "http://kms.example")
    with pytest.raises(KeysUnavailable, match="plain http"):
        AwsKmsRootKey(KeySource())


@pytest.fixture
def first_root_key() -> Variables:
    """The root key that the tests' ring was made under."""
    return {"ROOT_KEY": os.environ["MODELOPS_ROOT_KEY"]}
