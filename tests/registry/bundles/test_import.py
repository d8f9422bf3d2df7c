"""A bundle of another portal becomes a version, once, and only when somebody trusted signed every byte of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.bundles.models import ImportedBundle
from registry.bundles.verify_bundle import MANIFEST, SIGNATURE
from registry.deletion import services as deletion
from registry.models import ModelVersion
from registry.signing import services as signing
from registry.signing.models import TrustedKey
from tests.accounts.people import make_user
from tests.registry.samples import make_model, safetensors
from tests.registry.signing.bundles import pem_of
from tests.scans import scanned

from .archives import exported, members, packed, sent
from .test_tampering import manifest_of, signed

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
FACTS = json.dumps({"version": {"is_directory": False, "file_name": "model.safetensors", "tags": {}}}).encode()


@pytest.fixture
def copy(scientist: Any) -> Any:
    return make_model(scientist, "copy")


@pytest.fixture
def stranger() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def foreign(key: Ed25519PrivateKey, parts: list[tuple[str, bytes]]) -> bytes:
    """A bundle that another portal signed."""
    return packed(signed(manifest_of(parts), key) + parts)


def test_what_was_exported_comes_back_as_a_version(api: Client, version: ModelVersion, copy: Any) -> None:
    """S0-29: with metrics, parameters, tags, lineage and the signatures of the source."""
    made = sent(api, exported(api, query="?parameters=true"))
    assert made.status_code == 201, made.content
    assert made.headers["Location"] == "/api/v1/models/copy/versions/1/"
    said = made.json()
    assert said["digest"]["sha256"] == version.artifact.sha256
    assert (said["metrics"], said["tags"]) == ({"auc": 0.93}, {"team": "search"})
    assert said["datasets"] == [{"dataset": "flights", "version": 1}]
    new = scanned(ModelVersion.objects.get(model=copy))
    assert new.parameters == {"rate": 0.1}
    origin = api.get("/api/v1/models/copy/versions/1/provenance/").json()["imported_from"]
    assert (origin["model"], origin["version"]) == ("arrival-delay", 1)
    assert origin["key"] == TrustedKey.objects.get(is_portal=True).name
    row = AuditEvent.objects.get(name="bundles.bundle.imported")
    assert (row.details["source"], row.details["source_version"]) == ("arrival-delay", 1)
    page = api.get("/api/v1/models/copy/versions/1/artifact/")
    assert b"".join(page) == safetensors()  # type: ignore[arg-type]


def test_the_same_bundle_makes_one_version(api: Client, version: ModelVersion, copy: Any) -> None:
    """Also without an Idempotency-Key: its digest tells it."""
    bundle = exported(api)
    first, second = sent(api, bundle), sent(api, bundle)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert ImportedBundle.objects.count() == ModelVersion.objects.filter(model=copy).count() == 1
    with_key = [sent(api, bundle, **{"Idempotency-Key": "import-1"}) for _ in range(2)]
    assert [answer.status_code for answer in with_key] == [200, 200]
    deletion.delete(scanned(ModelVersion.objects.get(model=copy)), "A trial.", actor=ACTOR)
    refused = sent(api, bundle)
    assert (refused.status_code, refused.json()["code"]) == (409, "bundle.deleted")


def test_a_directory_comes_back_with_its_manifest(api: Client, folder_version: ModelVersion, copy: Any) -> None:
    made = sent(api, exported(api, "folder"))
    assert made.status_code == 201, made.content
    assert made.json()["digest"]["sha256"] == folder_version.artifact.sha256
    assert made.json()["file_count"] == 3


def test_an_unknown_signer_is_refused_until_somebody_trusts_the_key(
    api: Client, api_as: Callable[..., Client], copy: Any, stranger: Ed25519PrivateKey, stored: Any
) -> None:
    bundle = foreign(stranger, [("model.json", FACTS), ("files/model.safetensors", safetensors())])
    refused = sent(api, bundle)
    assert (refused.status_code, refused.json()["code"]) == (403, "bundle.unknown_signer")
    assert AuditEvent.objects.get(name="bundles.bundle.refused").outcome == "denied"
    assert stored() == []
    trust = {"name": "other-portal", "pem": pem_of(stranger)}
    assert api.post("/api/v1/signing-keys/", trust, "application/json").status_code == 403
    keeper = api_as(make_user("keeper", "Security administrator"), confirmed=True)
    made = keeper.post("/api/v1/signing-keys/", trust, "application/json")
    assert made.status_code == 201, made.content
    key = made.json()
    assert sent(api, bundle).status_code == 201
    keeper.post(f"/api/v1/signing-keys/{key['id']}/revoke/", {"reason": "Lost."}, "application/json")
    assert sent(api, bundle).json()["code"] == "bundle.unknown_signer"


def test_a_key_that_is_trusted_for_another_model_does_not_count(
    api: Client, scientist: Any, copy: Any, stranger: Ed25519PrivateKey
) -> None:
    signing.trust_key("other", pem_of(stranger), model=make_model(scientist, "third"), actor=ACTOR)
    bundle = foreign(stranger, [("model.json", FACTS), ("files/model.safetensors", safetensors())])
    assert sent(api, bundle).json()["code"] == "bundle.unknown_signer"


def test_a_bundle_that_was_changed_leaves_nothing(api: Client, version: ModelVersion, copy: Any, stored: Any) -> None:
    bundle = exported(api)
    changed = bundle.replace(safetensors(), safetensors(b"\x00\x00\x80\x40" * 4))
    parts = list(members(bundle).items())
    dropped = packed([part for part in parts if part[0] != "metrics.json"])
    added = packed([*parts, ("files/evil.py", b"x")])
    swapped = packed([*parts[:2], parts[3], parts[2], *parts[4:]])
    refused = {
        "bundle.changed": changed,
        "bundle.moved": dropped,
        "bundle.surplus": added,
        "bundle.truncated": bundle[:-2000],
    }
    before = stored()
    for code, body in {**refused, "bundle.moved ": swapped, "bundle.damaged": b"PK\x03\x04" + bytes(2000)}.items():
        answer = sent(api, body)
        assert (answer.status_code, answer.json()["code"]) == (400, code.strip()), code
    assert stored() == before
    assert not ModelVersion.objects.filter(model=copy).exists()
    assert {name for name, _ in parts} >= {MANIFEST, SIGNATURE}


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([("model.json", FACTS)], "directory.empty"),
        ([("model.json", FACTS), ("files/con.txt", b"x")], "directory.bad_path"),
        ([("model.json", FACTS), ("files/a", b"x"), ("files/A", b"y")], "directory.bad_path"),
        ([("model.json", FACTS), ("files/a", b"x"), ("files/b", b"y")], "bundle.content"),
        ([("model.json", b"[" * 100_000), ("files/a", b"x")], "bundle.content"),
        ([("model.json", b"[]"), ("files/a", b"x")], "bundle.content"),
        ([("model.json", FACTS), ("metrics.json", b'{"a": "x"}'), ("files/a", safetensors())], "metrics.invalid"),
        ([("model.json", FACTS), ("files/a", b"")], "artifact.empty"),
        ([(f"{n}.json", b"{}") for n in range(60)] + [("files/a", b"x")], "bundle.content"),
        ([("model.json", b'{"a":"' + b"x" * (5 << 20) + b'"}'), ("files/a", b"x")], "bundle.content"),
        (
            [("model.json", FACTS)] + [(f"files/{n}", b"x") for n in range(1100)],
            "bundle.content|directory.too_many_files",
        ),
    ],
    ids=["no file", "device", "case", "two files", "deep", "list", "metrics", "empty", "crowd", "large", "many"],
)
def test_what_a_trusted_signer_sends_is_bounded_too(
    api: Client, copy: Any, stranger: Ed25519PrivateKey, parts: list[tuple[str, bytes]], code: str, stored: Any
) -> None:
    """Traversal, collisions, crowds and deep JSON are refused whoever signed them, and leave no file."""
    signing.trust_key("other", pem_of(stranger), actor=ACTOR)
    answer = sent(api, foreign(stranger, parts))
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in code.split("|")
    assert stored() == []


def test_who_may_not_add_versions_may_not_import(api: Client, api_as: Callable[..., Client], copy: Any) -> None:
    officer = api_as(make_user("officer", "Compliance officer"))
    assert sent(officer, b"x").status_code == 403
    assert sent(api, b"x", model="nothing").status_code == 404


def test_the_portal_takes_it_by_a_form(
    portal: Client, api: Client, version: ModelVersion, copy: Any, tmp_path: Path
) -> None:
    assert "Import a bundle" in portal.get("/models/copy/").content.decode()
    assert portal.get("/models/copy/bundles/new/").status_code == 200
    file = tmp_path / "a.bundle.tar"
    file.write_bytes(exported(api)[:-1])
    with file.open("rb") as content:
        refused = portal.post("/models/copy/bundles/new/", {"file": content})
    assert refused.status_code == 422
    assert "cut short" in refused.content.decode()
    file.write_bytes(exported(api))
    for words in ("was imported", "was imported before"):
        with file.open("rb") as content:
            page = portal.post("/models/copy/bundles/new/", {"file": content}, follow=True).content.decode()
        assert words in page
        assert "bundle of arrival-delay v1" in page
