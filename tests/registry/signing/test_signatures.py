"""Signatures of versions: made at registration, added by pipelines, checked when they count."""

import base64
import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid
from registry.models import ModelVersion, RegisteredModel
from registry.signing import gate, services
from registry.signing.models import SignatureState, TrustedKey, VersionSignature
from registry.signing.verdicts import verdict
from tests.crypto.rotation.rows import start, work
from tests.registry.samples import make_model, make_version, safetensors

from .bundles import new_key, pem_of, signed

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
OTHER = {"model.safetensors": b"other content"}


@pytest.fixture
def version(scientist: Any) -> ModelVersion:
    return make_version(make_model(scientist), scientist)


def signed_file(key: Any) -> dict[str, Any]:
    return signed({"model.safetensors": safetensors()}, key)


def test_the_portal_signs_what_it_registers(version: ModelVersion) -> None:
    """S1-22."""
    (row,) = VersionSignature.objects.filter(version=version)
    payload = json.loads(base64.b64decode(row.bundle["dsseEnvelope"]["payload"]))
    assert payload["subject"][0]["name"] == version.model.name
    assert payload["predicate"]["resources"] == [
        {"name": "model.safetensors", "algorithm": "sha256", "digest": version.artifact.sha256}
    ]
    assert row.key is not None
    assert row.key.is_portal
    found = verdict(version)
    assert (found.state, found.passes) == (SignatureState.VALID, True)
    assert "Ed25519" in found.reason


def test_a_rotated_key_signs_what_is_new_and_proves_what_is_old(version: ModelVersion, scientist: Any) -> None:
    """S1-22: after a rotation of the portal's key."""
    make_version(version.model, scientist)
    assert TrustedKey.objects.filter(is_portal=True).count() == 1
    work(start(Purpose.MODEL_SIGNING))
    third = make_version(version.model, scientist)
    assert TrustedKey.objects.filter(is_portal=True).count() == 2
    for each in (version, third):
        assert verdict(each).state == SignatureState.VALID
    keys = VersionSignature.objects.filter(version__in=(version, third)).values("key").distinct()
    assert keys.count() == 2


def test_a_pipeline_adds_its_own_signature(version: ModelVersion) -> None:
    """S1-22."""
    key = new_key()
    services.trust_key("ci", pem_of(key), actor=ACTOR)
    row = services.add_signature(version, signed_file(key), actor=ACTOR)
    assert (row.state, row.key.name) == ("valid", "ci")  # type: ignore[union-attr]
    event = AuditEvent.objects.get(name="signing.signature.added")
    assert (event.outcome, event.details["state"]) == ("success", "valid")


def test_a_bad_signature_stops_the_promotion_and_says_why(version: ModelVersion) -> None:
    """S1-22: policy=require; also the portal's good signature does not outweigh a bad one."""
    key = new_key()
    services.trust_key("ci", pem_of(key), actor=ACTOR)
    services.set_policy(version.model, "require", actor=ACTOR)
    assert gate.check(version)[0]
    services.add_signature(version, signed(OTHER, key), actor=ACTOR)
    passed, reason = gate.check(version)
    assert not passed
    assert reason == "The signature is for other content of 'model.safetensors'."
    services.set_policy(version.model, "warn", actor=ACTOR)
    assert gate.check(version) == (True, reason)
    services.set_policy(version.model, "require", actor=ACTOR)
    services.add_signature(version, signed_file(key), actor=ACTOR)
    assert gate.check(version)[0]


def test_a_missing_signature_stops_the_promotion(version: ModelVersion) -> None:
    """S1-22."""
    services.set_policy(version.model, "require", "trusted", actor=ACTOR)
    passed, reason = gate.check(version)
    assert not passed
    assert "trusted key" in reason
    VersionSignature.objects.filter(version=version).delete()
    services.set_policy(version.model, "require", "any", actor=ACTOR)
    assert gate.check(version) == (False, "There is no signature.")


def test_a_key_for_one_model_counts_for_no_other(version: ModelVersion, scientist: Any) -> None:
    key = new_key()
    other = make_model(scientist, "other")
    services.trust_key("ci", pem_of(key), model=other, actor=ACTOR)
    assert services.add_signature(version, signed_file(key), actor=ACTOR).state == "untrusted"
    assert services.add_signature(make_version(other, scientist), signed_file(key), actor=ACTOR).state == "valid"


def test_a_revoked_key_counts_no_more(version: ModelVersion) -> None:
    """S1-22: what it signed before counts no more either; the next check writes that down."""
    key = new_key()
    trusted = services.trust_key("ci", pem_of(key), actor=ACTOR)
    services.set_policy(version.model, "require", "trusted", actor=ACTOR)
    row = services.add_signature(version, signed_file(key), actor=ACTOR)
    assert gate.check(version)[0]
    services.revoke_key(trusted, "The build server was broken into.", actor=ACTOR)
    told = AuditEvent.objects.get(name="signing.key.revoked")
    assert "revoked_because" in str(told.details["diff"])
    assert "broken into" not in str(told.details), "free text stays in the row: the ledger cannot be redacted"
    passed, reason = gate.check(version)
    assert not passed
    assert "was revoked on" in reason
    services.check_signatures(version, "test", actor=ACTOR)
    row.refresh_from_db()
    assert row.state == "untrusted"
    with pytest.raises(Conflict):
        services.revoke_key(trusted, "again", actor=ACTOR)


def test_a_key_is_trusted_once(version: ModelVersion) -> None:
    pem = pem_of(new_key())
    services.trust_key("ci", pem, actor=ACTOR)
    for name in ("ci", "other"):
        with pytest.raises(Conflict):
            services.trust_key(name, pem, actor=ACTOR)
    with pytest.raises(Invalid):
        services.trust_key("bad", "no key", actor=ACTOR)


def test_what_is_no_bundle_is_refused(version: ModelVersion) -> None:
    for bundle in ({}, [], "x", None):
        with pytest.raises(Invalid) as refusal:
            services.add_signature(version, bundle, actor=ACTOR)
        assert refusal.value.code == "signature.malformed"


def test_the_database_refuses_another_bundle(version: ModelVersion) -> None:
    row = VersionSignature.objects.get(version=version)
    with pytest.raises(DatabaseError), transaction.atomic():
        VersionSignature.objects.filter(pk=row.pk).update(bundle={})


def test_a_stored_digest_that_was_changed_shows(version: ModelVersion) -> None:
    """S1-22: the row of the artifact is not believed; the signature is."""
    services.set_policy(version.model, "require", actor=ACTOR)
    version.artifact.sha256 = "0" * 64
    assert not gate.check(version)[0]


def test_models_without_a_policy_follow_the_setting(version: ModelVersion, settings: Any) -> None:
    VersionSignature.objects.all().delete()
    for demand, passes in (("require", False), ("warn", True), ("off", True)):
        settings.MODELOPS_SIGNATURE_POLICY = demand
        assert gate.check(version)[0] is passes
    assert RegisteredModel.objects.count() == 1
