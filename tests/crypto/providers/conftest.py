"""Servers that live as long as the run, and root keys of every kind."""

import base64
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from .servers import Bao, Kubernetes, Process, moto

Variables = dict[str, str]
REGION = "eu-central-1"


@pytest.fixture(scope="session")
def bao() -> Iterator[Bao]:
    """A real OpenBao server."""
    server = Bao()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def aws() -> Iterator[Process]:
    """A server that speaks AWS's protocol."""
    server = moto()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kubernetes() -> Iterator[Kubernetes]:
    """A cluster whose API reviews tokens."""
    cluster = Kubernetes()
    yield cluster
    cluster.shutdown()
    cluster.server_close()


@pytest.fixture
def no_root_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment without any variable of a root key; whatever the test caches is dropped after it."""
    from modelops.crypto.keyring import keyring  # only after the settings are there
    from modelops.crypto.providers.base import forget_provider
    from modelops.crypto.providers.sources import variables

    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    forget_provider()
    keyring.forget()
    yield monkeypatch
    monkeypatch.undo()
    forget_provider()
    keyring.forget()


@pytest.fixture
def a_root_key(
    request: pytest.FixtureRequest, tmp_path: Path, no_root_key: pytest.MonkeyPatch
) -> Callable[[str], Variables]:
    """Gives the variables (without prefix) of a new root key of a kind."""

    def make(kind: str) -> Variables:
        fresh = base64.b64encode(secrets.token_bytes(32)).decode()
        if kind == "environment":
            return {"ROOT_KEY": fresh}
        if kind == "file":
            path = tmp_path / f"{secrets.token_hex(4)}.key"
            path.touch(mode=0o600)
            path.write_text(fresh)
            return {"ROOT_KEY_FILE": str(path)}
        if kind.startswith("passphrase"):
            kdf = {"passphrase": "scrypt", "passphrase-pbkdf2": "pbkdf2-sha512"}[kind]
            cost = {"scrypt": "17", "pbkdf2-sha512": "210000"}[kdf]
            words = f"{secrets.token_hex(8)} anchor {secrets.token_hex(4)}"
            label = secrets.token_hex(3)
            return {"ROOT_PASSPHRASE": words, "PASSPHRASE_NAME": label, "PASSPHRASE_KDF": kdf, "PASSPHRASE_COST": cost}
        if kind.startswith("vault"):
            server: Bao = request.getfixturevalue("bao")
            key = server.make_key(derived=kind == "vault-derived")
            return {"VAULT_ADDRESS": server.address, "VAULT_KEY": key, "VAULT_TOKEN": server.make_token()}
        if kind == "aws-kms":
            cloud: Process = request.getfixturevalue("aws")
            client = boto3.client("kms", region_name=REGION, endpoint_url=cloud.address)
            key = client.create_key()["KeyMetadata"]["Arn"]
            return {"KMS_KEY": key, "KMS_ENDPOINT": cloud.address, "KMS_REGION": REGION}
        raise AssertionError(kind)

    return make


KINDS = ["environment", "file", "passphrase", "passphrase-pbkdf2", "vault", "vault-derived", "aws-kms"]
