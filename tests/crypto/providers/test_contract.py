"""What every root key provider promises: one suite over all of them."""

import os
import uuid
from collections.abc import Callable

import pytest

from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.providers import RootKeyProvider, providers
from modelops.crypto.providers.base import _make
from modelops.crypto.providers.sources import DECIDING, KeySource, choose

from .conftest import KINDS, Variables

RootKeys = Callable[[str], Variables]
PLACE = f"{uuid.UUID(int=1)}|artifact|1".encode()
OTHER_PLACE = f"{uuid.UUID(int=2)}|artifact|1".encode()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def configure(variables: Variables, monkeypatch: pytest.MonkeyPatch) -> RootKeyProvider:
    """The provider that the environment with these variables chooses."""
    for names in DECIDING.values():
        for name in names:
            monkeypatch.delenv(f"MODELOPS_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(f"MODELOPS_{name}", value)
    chosen = choose()
    assert chosen is not None
    return _make(chosen, KeySource())


def test_every_provider_is_in_the_suite() -> None:
    from modelops.crypto.providers import kms, local, passphrase, vault  # noqa: F401

    assert set(providers.keys()) == set(DECIDING)
    assert {kind for key in DECIDING for kind in KINDS if kind.startswith(key)} == set(KINDS)


def test_it_keeps_the_contract(kind: str, a_root_key: RootKeys, no_root_key: pytest.MonkeyPatch) -> None:
    """S1-26, S3-01, S3-04, S0-32: opened again by a new process, bound to its place, refused when touched."""
    variables = a_root_key(kind)
    provider = configure(variables, no_root_key)
    provider.health()
    material = os.urandom(32)
    wrapped = provider.wrap(material, PLACE)
    assert material not in wrapped
    assert len(provider.key_id) <= 100
    assert wrapped != provider.wrap(material, PLACE), "a wrap is random"
    assert provider.last_unwrap_at is None
    assert provider.unwrap(wrapped, PLACE) == material
    assert provider.last_unwrap_at is not None

    again = configure(variables, no_root_key)
    assert again.key_id == provider.key_id
    assert again.unwrap(wrapped, PLACE) == material
    rewrapped = again.rewrap(wrapped, PLACE)
    assert rewrapped != wrapped
    assert provider.unwrap(rewrapped, PLACE) == material

    for value in (wrapped, rewrapped):
        with pytest.raises(KeysUnavailable):
            again.unwrap(value, OTHER_PLACE)
    for spoiled in (b"", wrapped[:-1], wrapped[:-4] + bytes([wrapped[-4] ^ 1]) + wrapped[-3:], bytes(len(wrapped))):
        with pytest.raises(KeysUnavailable):
            again.unwrap(spoiled, PLACE)


def test_another_root_key_opens_nothing(kind: str, a_root_key: RootKeys, no_root_key: pytest.MonkeyPatch) -> None:
    """S0-31: and the refusal names the root key, by its public id."""
    provider = configure(a_root_key(kind), no_root_key)
    wrapped = provider.wrap(bytes(range(32)), PLACE)
    other = configure(a_root_key(kind), no_root_key)
    assert other.key_id != provider.key_id
    with pytest.raises(KeysUnavailable, match="does not open the key ring") as refusal:
        other.unwrap(wrapped, PLACE)
    assert other.key_id in str(refusal.value)


def test_no_secret_of_the_configuration_shows(
    kind: str, a_root_key: RootKeys, no_root_key: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """S3-01: in no name, representation, refusal or log line, at any level."""
    variables = a_root_key(kind)
    material = os.urandom(32)
    with caplog.at_level("DEBUG"):
        provider = configure(variables, no_root_key)
        wrapped = provider.wrap(material, PLACE)
        provider.unwrap(wrapped, PLACE)
        with pytest.raises(KeysUnavailable) as refusal:
            provider.unwrap(wrapped, OTHER_PLACE)
    shown = f"{provider!r} {provider.key_id} {refusal.value} {vars(refusal.value)} {caplog.text}"
    secrets = [variables.get(name) for name in ("ROOT_KEY", "ROOT_PASSPHRASE", "VAULT_TOKEN")]
    secrets.append(material.hex())
    for secret in filter(None, secrets):
        assert secret not in shown
