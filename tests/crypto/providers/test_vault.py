"""What only Vault's provider has: signing in, tokens that end, an address that must be safe, a server away."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.providers.sources import KeySource
from modelops.crypto.providers.vault import VaultRootKey

from .conftest import Variables
from .servers import Bao, Kubernetes, free_port

PLACE = b"1|field|1"
RootKeys = Callable[[str], Variables]


@pytest.fixture
def provider(bao: Bao, no_root_key: pytest.MonkeyPatch) -> Callable[..., VaultRootKey]:
    """Gives the provider of a new derived key, with some variables changed."""

    def make(**changes: str) -> VaultRootKey:
        variables = {"VAULT_ADDRESS": bao.address, "VAULT_KEY": bao.make_key(derived=True)} | changes
        if "VAULT_TOKEN_FILE" not in variables and "VAULT_KUBERNETES_ROLE" not in variables:
            variables.setdefault("VAULT_TOKEN", bao.make_token())
        for name, value in variables.items():
            no_root_key.setenv(f"MODELOPS_{name}", value)
        return VaultRootKey(KeySource())

    return make


def an_authority() -> str:
    """A certificate, because the server asks for one; its look-alike of a cluster speaks plain http."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cluster")])
    now = datetime.now(tz=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def key_of(provider: VaultRootKey) -> str:
    return provider.key_id.rpartition("/")[2]


def test_a_new_version_of_the_key_is_used_and_the_old_one_may_then_be_closed(
    bao: Bao, provider: Callable[..., VaultRootKey]
) -> None:
    """S1-34: encrypt, decrypt, rewrap; the old version is refused after the gate is raised."""
    vault = provider()
    old = vault.wrap(b"m" * 32, PLACE)
    bao.admin.secrets.transit.rotate_key(key_of(vault))
    assert vault.unwrap(old, PLACE) == b"m" * 32
    new = vault.rewrap(old, PLACE)
    assert old[1:].startswith(b"vault:v1:")
    assert new[1:].startswith(b"vault:v2:")
    bao.admin.secrets.transit.update_key_configuration(key_of(vault), min_decryption_version=2)
    assert vault.unwrap(new, PLACE) == b"m" * 32
    with pytest.raises(KeysUnavailable):
        vault.unwrap(old, PLACE)


def test_a_kubernetes_service_account_signs_in(
    bao: Bao, kubernetes: Kubernetes, provider: Callable[..., VaultRootKey], tmp_path: Path
) -> None:
    """S1-34: and one that the cluster does not know is refused; a token that was revoked is replaced by a new one."""
    bao.admin.sys.enable_auth_method("kubernetes")
    reviewer = kubernetes.issue("reviewer")
    bao.admin.auth.kubernetes.configure(
        kubernetes_host=kubernetes.address,
        token_reviewer_jwt=reviewer,
        disable_local_ca_jwt=True,
        kubernetes_ca_cert=an_authority(),
    )
    bao.admin.auth.kubernetes.create_role(
        "portal",
        bound_service_account_names=["portal"],
        bound_service_account_namespaces=["modelops"],
        policies=["portal"],
        ttl="1h",
    )
    mounted = tmp_path / "token"
    mounted.write_text(kubernetes.issue())
    vault = provider(VAULT_KUBERNETES_ROLE="portal", VAULT_KUBERNETES_TOKEN_FILE=str(mounted))
    wrapped = vault.wrap(b"m" * 32, PLACE)
    bao.admin.auth.token.revoke(vault._client.token)
    assert vault.unwrap(wrapped, PLACE) == b"m" * 32

    mounted.write_text("a.b.c")
    stranger = provider(VAULT_KUBERNETES_ROLE="portal", VAULT_KUBERNETES_TOKEN_FILE=str(mounted))
    with pytest.raises(KeysUnavailable):
        stranger.wrap(b"m" * 32, PLACE)


def test_a_token_is_renewed_before_it_ends(bao: Bao, provider: Callable[..., VaultRootKey]) -> None:
    """S1-34: by use and by the clock; without renewal it would have ended."""
    vault = provider(VAULT_TOKEN=bao.make_token(ttl="2s"))
    wrapped = vault.wrap(b"m" * 32, PLACE)
    end = time.monotonic() + 3.0
    while time.monotonic() < end:
        time.sleep(0.5)
        vault.unwrap(wrapped, PLACE)
        vault.renew()
    assert vault.unwrap(wrapped, PLACE) == b"m" * 32
    left = provider(VAULT_TOKEN=bao.make_token(ttl="1s"))
    left.wrap(b"m" * 32, PLACE)
    time.sleep(1.5)
    with pytest.raises(KeysUnavailable, match="Check token and policy"):
        left.unwrap(wrapped, PLACE)


def test_a_new_token_in_the_file_takes_the_place_of_one_that_ended(
    bao: Bao, provider: Callable[..., VaultRootKey], tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    first = bao.make_token()
    file.write_text(first)
    vault = provider(VAULT_TOKEN_FILE=str(file))
    wrapped = vault.wrap(b"m" * 32, PLACE)
    bao.admin.auth.token.revoke(first)
    file.write_text(bao.make_token())
    assert vault.unwrap(wrapped, PLACE) == b"m" * 32
    file.chmod(0o644)
    with pytest.raises(KeysUnavailable, match="others can read it"):
        provider(VAULT_TOKEN_FILE=str(file)).unwrap(wrapped, PLACE)


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("http://vault.example:8200", "plain http"),
        ("http://127.0.0.1.example.org:8200", "plain http"),
        ("http://10.0.0.1:8200", "plain http"),
        ("ftp://127.0.0.1", "an address such as"),
        ("vault.example", "an address such as"),
        ("https://user:secret@vault.example", "without sign-in data"),
    ],
)
def test_an_address_over_which_keys_would_travel_in_the_clear_is_refused(
    provider: Callable[..., VaultRootKey], address: str, part: str
) -> None:
    """S1-34: plain http only on this machine."""
    with pytest.raises(KeysUnavailable, match=part) as refusal:
        provider(VAULT_ADDRESS=address)
    assert "MODELOPS_VAULT_ADDRESS" in str(refusal.value)
    provider(VAULT_ADDRESS="https://vault.example:8200")
    provider(VAULT_ADDRESS="http://[::1]:8200")


def test_what_is_missing_is_named(bao: Bao, provider: Callable[..., VaultRootKey]) -> None:
    with pytest.raises(KeysUnavailable, match="exactly one way to sign in"):
        provider(VAULT_TOKEN="t", VAULT_KUBERNETES_ROLE="r")
    with pytest.raises(KeysUnavailable, match="VAULT_CA_FILE names /nowhere"):
        provider(VAULT_CA_FILE="/nowhere")
    with pytest.raises(KeysUnavailable, match="Check token and policy"):
        provider(VAULT_TOKEN="wrong", VAULT_KUBERNETES_ROLE="", VAULT_CA_FILE="").wrap(b"m", PLACE)
    with pytest.raises(KeysUnavailable, match="Check"):
        provider(VAULT_MOUNT="elsewhere").wrap(b"m", PLACE)


def test_a_server_that_is_away_is_told_in_time(provider: Callable[..., VaultRootKey]) -> None:
    began = time.monotonic()
    with pytest.raises(KeysUnavailable, match="cannot be reached now"):
        provider(VAULT_ADDRESS=f"http://127.0.0.1:{free_port()}", KEY_TIMEOUT_S="1").wrap(b"m", PLACE)
    assert time.monotonic() - began < 4
