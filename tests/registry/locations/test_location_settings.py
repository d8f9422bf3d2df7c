"""What may be said about a location, and what is refused."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Conflict, DomainError, Invalid
from modelops.secret_store.services import set_secret
from registry.locations.environment import environment_of
from registry.locations.filesystem import FilesystemStore
from registry.locations.models import StorageLocation
from registry.locations.options import checked_credentials, checked_options
from registry.models import ArtifactCopy
from registry.replication import changes
from registry.replication.locks import locked_until
from tests.registry.samples import make_model, make_version
from tests.wire.test_store_contract import new_name, put

pytestmark = pytest.mark.django_db
ADMIN = Actor.system("test")
Locate = Callable[..., StorageLocation]
S3 = {"bucket": "acme-models", "region": "eu-central-1"}


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("ftp", {}),
        ("s3", []),
        ("s3", {"bucket": "acme-models"}),
        ("s3", {**S3, "secret_access_key": "x"}),
        ("s3", {**S3, "bucket": "../etc"}),
        ("s3", {**S3, "bucket": "Acme"}),
        ("s3", {**S3, "prefix": "../up"}),
        ("s3", {**S3, "prefix": "/root"}),
        ("s3", {**S3, "region": "eu west"}),
        ("s3", {**S3, "virtual_host": "yes"}),
        ("s3", {**S3, "endpoint": "ftp://files"}),
        ("azure", {"container": "a--b", "account": "acme"}),
        ("azure", {"container": "models", "account": "acme.evil.example"}),
        ("gcs", {"bucket": "a..b"}),
        ("filesystem", {"folder": "/etc/modelops"}),
        ("filesystem", {"folder": "relative/folder"}),
        ("filesystem", {"folder": "HOME/locations/../artifacts"}),
        ("filesystem", {"folder": "HOME/locations"}),
        ("filesystem", {"folder": "HOME/artifacts"}),
    ],
)
def test_unknown_and_malformed_options_are_refused(kind: str, options: Any) -> None:
    """S0-14: traversal in names; also options that do not exist, so that no secret is stored among them."""
    if isinstance(options, dict):
        options = {
            name: value.replace("HOME", str(settings.MODELOPS_HOME)) if isinstance(value, str) else value
            for name, value in options.items()
        }
    with pytest.raises(Invalid):
        checked_options(kind, options)


def test_a_folder_behind_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    root = Path(settings.MODELOPS_HOME) / "locations"
    root.mkdir(exist_ok=True)
    link = root / f"link-{tmp_path.name}"
    link.symlink_to(tmp_path)
    for folder in (link, link / "inner"):
        with pytest.raises(Invalid, match="symbolic link"):
            checked_options("filesystem", {"folder": str(folder)})
    link.unlink()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254", "https://169.254.169.254/latest", "http://[fd00:ec2::254]", "https://100.100.100.200",
        "https://10.1.2.3", "http://127.0.0.1:9000", "https://2130706433", "https://user:pass@s3.example.org",
        "https://[::ffff:169.254.169.254]", "https://127.0.0.1:6379",
    ],
)  # fmt: skip
def test_an_endpoint_cannot_lead_into_the_network(settings: Any, endpoint: str) -> None:
    """Metadata services stay shut whatever the setting; private networks open with it."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = False
    with pytest.raises(Invalid):
        checked_options("s3", {**S3, "endpoint": endpoint})
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    if "169.254" in endpoint or "@" in endpoint or "6379" in endpoint or "2130706433" in endpoint:
        with pytest.raises(Invalid):
            checked_options("s3", {**S3, "endpoint": endpoint})


@pytest.mark.parametrize(
    ("kind", "credentials"),
    [
        ("s3", "AKIA-not-json"),
        ("s3", {"access_key_id": "a"}),
        ("s3", {"access_key_id": "a", "secret_access_key": "b", "endpoint": "http://169.254.169.254"}),
        ("azure", {"account_key": ""}),
        ("azure", {"client_id": "a", "authority_host": "https://evil.example"}),
        ("gcs", {"type": "service_account", "token_uri": "http://169.254.169.254/token"}),
        ("gcs", {"type": "external_account", "credential_source": "file"}),
    ],
)
def test_credentials_are_a_closed_list_too(kind: str, credentials: Any) -> None:
    """A key file may name where tokens are fetched: only Google's own address is taken. Nothing is repeated."""
    text = credentials if isinstance(credentials, str) else json.dumps(credentials)
    with pytest.raises(Invalid) as refused:
        checked_credentials(kind, text)
    assert "AKIA" not in str(refused.value)


def test_there_is_one_primary_location(locate: Locate) -> None:
    replica = locate()
    with pytest.raises(IntegrityError), transaction.atomic():
        StorageLocation.objects.filter(pk=replica.pk).update(is_primary=True)
    changes.set_primary(replica, actor=ADMIN)
    assert list(StorageLocation.objects.filter(is_primary=True)) == [replica]


def test_a_location_that_does_not_work_does_not_become_primary(locate: Locate) -> None:
    replica = locate()
    (Path(replica.options["folder"]) / ".modelops-location").unlink()
    with pytest.raises(DomainError, match="not there"):
        changes.set_primary(replica, actor=ADMIN)
    assert StorageLocation.objects.get(is_primary=True).name == "local"


def test_where_files_lie_does_not_change_under_them(locate: Locate) -> None:
    replica = locate()
    with pytest.raises(Conflict) as refused:
        changes.change_location(replica, options={"folder": f"{replica.options['folder']}-2"}, actor=ADMIN)
    assert refused.value.code == "location.is_fixed"


def test_a_lock_keeps_files_until_its_date(scientist: Any, locate: Locate, settle: Any) -> None:
    """S1-15: the refusal names the date; the lock only grows."""
    from registry import deletion

    replica = locate()
    changes.change_location(replica, lock_days=30, actor=ADMIN)
    with pytest.raises(Conflict, match="cannot be shortened"):
        changes.change_location(replica, lock_days=5, actor=ADMIN)
    version = make_version(make_model(scientist), scientist)
    settle()
    until = timezone.now() + timedelta(days=30)
    with pytest.raises(Conflict, match=f"locked until {until:%Y-%m-%d}") as refused:
        deletion.delete(version, reason="not needed", actor=ADMIN)
    assert refused.value.code == "deletion.needed"
    ArtifactCopy.objects.filter(location=replica).update(stored_at=timezone.now() - timedelta(days=31))
    assert locked_until(version) is None
    deletion.delete(version, reason="not needed", actor=ADMIN)


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("acme-models-prod", "production"), ("prod.models", "production"), ("acme-models", None),
        ("products", None), ("staging-models", "staging"), ("models-dev-eu", "development"), ("ci-models", "test"),
    ],
)  # fmt: skip
def test_a_bucket_names_its_environment(text: str, environment: str | None) -> None:
    assert environment_of(text) == environment


def test_the_bucket_of_another_environment_is_refused(settings: Any) -> None:
    """S1-40: when it is added, and by the deployment check when the label changes later."""
    secret = set_secret(
        "keys", json.dumps({"access_key_id": "a", "secret_access_key": "b"}), purpose="bucket", actor=ADMIN
    )
    settings.MODELOPS_ENVIRONMENT_LABEL = "staging"
    with pytest.raises(Conflict) as refused:
        changes.add_location("bucket", "s3", {**S3, "bucket": "acme-models-prod"}, secret=secret, actor=ADMIN)
    assert refused.value.code == "location.other_environment"
    settings.MODELOPS_ENVIRONMENT_LABEL = "production"
    changes.add_location("bucket", "s3", {**S3, "bucket": "acme-models-prod"}, secret=secret, actor=ADMIN)
    assert not [found for found in run_checks(include_deployment_checks=True) if found.id == "modelops.E040"]
    settings.MODELOPS_ENVIRONMENT_LABEL = "staging"
    (found,) = [found for found in run_checks(include_deployment_checks=True) if found.id == "modelops.E040"]
    assert "named for production" in found.msg


def test_changes_are_recorded_without_secrets(locate: Locate) -> None:
    """S1-14: credentials lie in the secret store; neither row nor ledger holds them."""
    replica = locate(kind="s3")
    works, text, took_ms = changes.test_location(replica, actor=ADMIN)
    assert works, text
    assert took_ms is not None
    secret = replica.secret
    assert secret is not None
    told = str(list(AuditEvent.objects.values_list("details", flat=True))) + str(replica.options)
    assert "secret_access_key" not in told
    names = set(AuditEvent.objects.values_list("name", flat=True))
    assert {"locations.location.added", "locations.location.tested", "secret_store.secret.used"} <= names


def test_folders_and_files_are_the_owners_alone(tmp_path: Path) -> None:
    """S0-22: whatever the umask of the process is."""
    store = FilesystemStore(tmp_path / "mount" / "sealed")
    before = os.umask(0)
    try:
        put(store, new_name(), b"MOPSEAL1")
        store.prepare()
    finally:
        os.umask(before)
    for path in (tmp_path / "mount").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert (tmp_path / "mount").stat().st_mode & 0o777 == 0o700
