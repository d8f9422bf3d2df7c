"""S0-14: with an S3 bucket as the primary location, what the registry promises holds just as with a folder.

The tests of uploads, lists and downloads run once more here, on the same code and another store.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from registry.locations.models import StorageLocation
from registry.locations.objects import key_of
from registry.locations.store import ArtifactStore
from tests.registry.samples import make_model, make_version, safetensors
from tests.registry.test_datasets_api import *  # noqa: F403  the same tests on another store
from tests.registry.test_models_api import *  # noqa: F403
from tests.registry.test_uploads import *  # noqa: F403

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Stored:
    """What a test does with a stored file."""

    store: ArtifactStore
    name: str

    def read_bytes(self) -> bytes:
        with self.store.open(self.name) as file:
            return file.read()

    def stat(self) -> Any:
        """As a mode: 0600 when its ACL names the owner alone."""
        return SimpleNamespace(st_mode=0o600 if grantees(self.store, self.name) == ["CanonicalUser"] else 0o644)


def grantees(store: ArtifactStore, name: str) -> list[str]:
    """Who the ACL of a stored file names."""
    import boto3

    options: dict[str, Any] = store.options
    client = boto3.client(
        "s3",
        endpoint_url=options["endpoint"], region_name=options["region"],
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip
    found = client.get_object_acl(Bucket=options["bucket"], Key=f"{options['prefix']}/{key_of(name)}")
    client.close()
    return [grant["Grantee"]["Type"] for grant in found["Grants"]]


@pytest.fixture(autouse=True)
def bucket(locate: Callable[..., StorageLocation]) -> ArtifactStore:
    """A bucket takes new files; the folder is disabled."""
    from compliance.audit import Actor
    from registry.locations.choose import store_of
    from registry.replication import changes

    actor = Actor.system("test")
    location = changes.set_primary(locate("bucket", kind="s3"), actor=actor)
    changes.disable(StorageLocation.objects.get(name="local"), actor=actor)
    return store_of(location)


@pytest.fixture
def stored(bucket: ArtifactStore) -> Callable[[], list[Any]]:
    """What lies in the bucket."""
    return lambda: [Stored(bucket, file.name) for file in bucket.walk()]


def test_no_file_in_the_bucket_is_public(api: Client, scientist: Any, stored: Any, bucket: ArtifactStore) -> None:
    """S0-22: no request carries an ACL, so the bucket's owner is the only one that is named."""
    make_version(make_model(scientist), scientist, safetensors())
    (file,) = stored()
    assert grantees(bucket, file.name) == ["CanonicalUser"]
