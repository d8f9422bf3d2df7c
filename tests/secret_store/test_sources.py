"""One contract over every place that a secret can be read from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from compliance.audit import Actor
from modelops.lib.errors import Invalid, Unavailable
from modelops.secret_store import services
from modelops.secret_store.models import StoredSecret
from modelops.secret_store.sources import check_reference, read_reference
from tests.crypto.providers.conftest import bao, no_root_key  # noqa: F401
from tests.crypto.providers.servers import Bao

ACTOR = Actor.system("test")


@dataclass
class Place:
    """A place under test: how a value gets there, how it leaves, and a reference that must be refused."""

    reference: str
    put: Callable[[str], None]
    remove: Callable[[], None]
    forbidden: str


@pytest.fixture
def env_place(monkeypatch: pytest.MonkeyPatch) -> Place:
    name = "PORTAL_SECRET_SMTP"
    return Place(
        f"env:{name}",
        lambda value: monkeypatch.setenv(name, value),
        lambda: monkeypatch.delenv(name, raising=False),
        "env:MODELOPS_ROOT_KEY",
    )


@pytest.fixture
def file_place(tmp_path: Path, settings: Any) -> Place:
    settings.MODELOPS_SECRETS_FOLDER = str(tmp_path)
    file = tmp_path / "smtp" / "password"
    file.parent.mkdir()

    def put(value: str) -> None:
        file.write_text(value)
        file.chmod(0o600)

    return Place("file:smtp/password", put, lambda: file.unlink(missing_ok=True), "file:../../etc/passwd")


@pytest.fixture
def vault_place(bao: Bao, no_root_key: pytest.MonkeyPatch) -> Iterator[Place]:  # noqa: F811
    """A real OpenBao server; the portal's token may read one path and nothing else."""
    from modelops.crypto.providers.base import provider_instead
    from modelops.crypto.providers.vault import VaultRootKey

    bao.admin.sys.create_or_update_policy("kv", 'path "secret/data/portal/*" {capabilities = ["read"]}')
    token = bao.admin.auth.token.create(policies=["portal", "kv"], ttl="1h", no_parent=True)["auth"]["client_token"]
    for name, value in (("ADDRESS", bao.address), ("KEY", bao.make_key(derived=True)), ("TOKEN", token)):
        no_root_key.setenv(f"MODELOPS_VAULT_{name}", value)
    store = bao.admin.secrets.kv.v2
    with provider_instead(VaultRootKey()):
        yield Place(
            "vault:secret/portal/smtp#password",
            lambda value: store.create_or_update_secret("portal/smtp", secret={"password": value}),
            lambda: store.delete_metadata_and_all_versions("portal/smtp"),
            "vault:secret/../sys/raw#x",
        )


@pytest.fixture(params=["env", "file", "vault"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.mark.django_db
def test_a_secret_is_read_where_it_lies_on_each_use(place: Place) -> None:
    """S1-26, S1-04: the same contract for every kind of place; nothing is copied into the database."""
    place.put("first")
    secret = services.set_secret("smtp", reference=place.reference, purpose="Mail", actor=ACTOR)
    assert services.use_secret(secret, by="alerts") == "first"
    place.put("sécond")
    assert services.use_secret(secret, by="alerts") == "sécond"
    assert StoredSecret.objects.get().sealed_value is None


def test_what_is_not_there_or_empty_is_unavailable(place: Place) -> None:
    """S1-26."""
    for prepare in (place.remove, lambda: place.put("")):
        prepare()
        with pytest.raises(Unavailable) as refusal:
            read_reference(place.reference)
        assert refusal.value.code == "secret.unavailable"


def test_a_place_that_is_not_permitted_is_refused_before_it_is_read(place: Place) -> None:
    """S1-26: also when the reference came past the check."""
    for act in (check_reference, read_reference):
        with pytest.raises(Invalid) as refusal:
            act(place.forbidden)
        assert refusal.value.code == "secret.bad_reference"


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../b", ".hidden", "a//b", "a\\b", "a/b/c/d/e/f", "x\x00"])
def test_paths_that_lead_elsewhere_are_refused(file_place: Place, path: str) -> None:
    with pytest.raises(Invalid):
        check_reference(f"file:{path}")


def test_a_link_out_of_the_folder_and_a_file_for_all_are_refused(file_place: Place, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside"
    outside.write_text("stolen")
    (tmp_path / "link").symlink_to(outside)
    file_place.put("value")
    (tmp_path / "smtp" / "inner").symlink_to(tmp_path / "smtp" / "password")
    assert read_reference("file:smtp/inner") == "value"
    (tmp_path / "smtp" / "password").chmod(0o644)
    for reference in ("file:link", "file:smtp/password", "file:smtp"):
        with pytest.raises(Unavailable):
            read_reference(reference)


def test_without_a_folder_there_are_no_file_references(settings: Any) -> None:
    settings.MODELOPS_SECRETS_FOLDER = ""
    with pytest.raises(Invalid):
        check_reference("file:smtp")


def test_vault_gives_only_what_its_policy_allows(vault_place: Place, bao: Bao) -> None:  # noqa: F811
    """S1-26."""
    bao.admin.secrets.kv.v2.create_or_update_secret("others/smtp", secret={"password": "stolen"})
    vault_place.put("value")
    for reference in ("vault:secret/others/smtp#password", "vault:secret/portal/smtp#other", "vault:none/portal/a#b"):
        with pytest.raises(Unavailable) as refusal:
            read_reference(reference)
        assert "stolen" not in str(refusal.value)


def test_without_vault_there_are_no_vault_references() -> None:
    with pytest.raises(Invalid, match="needs Vault"):
        check_reference("vault:secret/portal/smtp#password")
