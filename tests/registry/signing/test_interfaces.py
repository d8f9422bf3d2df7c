"""Signatures over REST, at a download, in the admin and on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.models import ModelVersion
from registry.signing import services
from registry.signing.models import SigningPolicy, TrustedKey, VersionSignature
from tests.accounts.people import make_user, sign_in
from tests.registry.samples import make_model, make_version, safetensors

from .bundles import new_key, pem_of, signed

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
VERSION = "/api/v1/models/arrival-delay/versions/1/"


@pytest.fixture
def version(scientist: Any) -> ModelVersion:
    return make_version(make_model(scientist), scientist)


@pytest.fixture
def keeper(api_as: Callable[..., Client]) -> Client:
    return api_as(make_user("keeper", "Security administrator"), confirmed=True)


def test_a_pipeline_adds_a_signature_and_reads_the_verdict(api: Client, keeper: Client, version: ModelVersion) -> None:
    """S1-22: checked at upload, the result in the answer."""
    key = new_key()
    body = {"name": "ci", "pem": pem_of(key)}
    assert api.post("/api/v1/signing-keys/", body, "application/json").status_code == 403
    made = keeper.post("/api/v1/signing-keys/", body, "application/json")
    assert (made.status_code, made.json()["algorithm"]) == (201, "ECDSA P-256")
    for content, state in ((b"other", "invalid"), (safetensors(), "valid")):
        bundle = signed({"model.safetensors": content}, key)
        added = api.post(f"{VERSION}signatures/", {"bundle": bundle}, "application/json")
        assert (added.status_code, added.json()["state"]) == (201, state)
        found = api.get(f"{VERSION}signatures/").json()
        assert (found["state"], found["demand"], found["passes"]) == (state, "warn", True)
    assert [row["state"] for row in found["signatures"]] == ["valid", "invalid", "valid"]
    one = api.get(f"{VERSION}signatures/{found['signatures'][0]['id']}/")
    assert one.json() == bundle
    assert one.headers["content-type"].startswith("application/vnd.dev.sigstore.bundle")
    bad = api.post(f"{VERSION}signatures/", {"bundle": {"a": 1}}, "application/json")
    assert (bad.status_code, bad.json()["code"]) == (400, "signature.malformed")


def test_each_download_is_checked_and_says_so(api: Client, version: ModelVersion) -> None:
    """S1-22: in the ledger and in a header; a bad signature stops it where the model requires a good one."""
    answer = api.get(f"{VERSION}artifact/")
    assert b"".join(answer) == safetensors()  # type: ignore[arg-type]  # a streaming answer
    assert answer.headers["X-Model-Signature"] == "valid"
    assert answer.headers["X-Model-Signature-Key"] == TrustedKey.objects.get().fingerprint
    key = new_key()
    services.trust_key("ci", pem_of(key), actor=ACTOR)
    services.add_signature(version, signed({"model.safetensors": b"other"}, key), actor=ACTOR)
    warned = api.get(f"{VERSION}artifact/")
    assert (warned.status_code, warned.headers["X-Model-Signature"]) == (200, "invalid")
    assert b"".join(warned) == safetensors()  # type: ignore[arg-type]
    services.set_policy(version.model, "require", actor=ACTOR)
    refused = api.get(f"{VERSION}artifact/")
    assert (refused.status_code, refused.json()["code"]) == (409, "signature.invalid")
    rows = AuditEvent.objects.filter(name="signing.signature.checked").order_by("id")
    said = [(row.outcome, row.details["state"], row.details["occasion"]) for row in rows]
    bad = ("failure", "invalid", "download")
    assert said == [("success", "valid", "download"), bad, bad]
    services.set_policy(version.model, "off", actor=ACTOR)
    silent = api.get(f"{VERSION}artifact/")
    assert "X-Model-Signature" not in silent.headers
    assert b"".join(silent) == safetensors()  # type: ignore[arg-type]


def test_a_policy_is_set_by_who_keeps_the_keys(api: Client, keeper: Client, version: ModelVersion) -> None:
    address = "/api/v1/models/arrival-delay/signing-policy/"
    assert api.get(address).json() == {"demand": "warn", "signer": "any"}
    assert api.put(address, {"demand": "off"}, "application/json").status_code == 403
    services.set_policy(version.model, "require", "trusted", actor=ACTOR)
    assert api.get(address).json() == {"demand": "require", "signer": "trusted"}
    officer = make_user("officer", "Compliance officer")
    assert officer.has_perm("signing.change_signingpolicy")


def test_the_admin_trusts_and_revokes_keys_and_sets_policies(version: ModelVersion, client: Client) -> None:
    from accounts.models import User

    user = make_user("root")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    sign_in(client, user)
    add = "/admin/signing/trustedkey/add/"
    assert client.get(add).status_code == 200
    assert "PEM form" in client.post(add, {"name": "ci", "pem": "nothing"}).content.decode()
    done = client.post(add, {"name": "ci", "pem": pem_of(new_key())}, follow=True)
    assert "is trusted" in done.content.decode()
    key = TrustedKey.objects.get(name="ci")
    assert "Revoke" in client.get(f"/admin/signing/trustedkey/{key.pk}/change/").content.decode()
    revoke = f"/admin/signing/trustedkey/{key.pk}/revoke/"
    assert client.post(revoke, {"reason": ""}).status_code == 422
    assert "is revoked" in client.post(revoke, {"reason": "lost"}, follow=True).content.decode()
    policy = {"model": version.model.name, "demand": "require", "signer": "trusted"}
    assert client.post("/admin/signing/signingpolicy/add/", {**policy, "model": "no"}).status_code == 422
    client.post("/admin/signing/signingpolicy/add/", policy)
    assert SigningPolicy.objects.get().demand == "require"
    row = VersionSignature.objects.get()
    assert client.get(f"/admin/signing/versionsignature/{row.pk}/change/").status_code == 200


def test_a_bundle_is_checked_without_the_portal(version: ModelVersion, tmp_path: Path, capsys: Any) -> None:
    """S1-22: the downloaded bundle, the public key and the files are enough."""
    row = VersionSignature.objects.get()
    bundle, key, model = tmp_path / "model.sig", tmp_path / "key.pem", tmp_path / "model.safetensors"
    bundle.write_text(json.dumps(row.bundle))
    key.write_text(row.key.pem)  # type: ignore[union-attr]
    model.write_bytes(safetensors())
    call_command("verify_signature", str(bundle), str(model), key=[key])
    assert "Valid: signed by Ed25519" in capsys.readouterr().out
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(safetensors())
    call_command("verify_signature", str(bundle), str(folder), key=[key])
    model.write_bytes(safetensors() + b"x")
    stranger = tmp_path / "stranger.pem"
    stranger.write_text(pem_of(new_key()))
    for path, public in ((model, key), (folder, stranger), (tmp_path / "none", key)):
        with pytest.raises(CommandError):
            call_command("verify_signature", str(bundle), str(path), key=[public])
