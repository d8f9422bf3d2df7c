"""The posture says how many versions are signed at each stage, and is red for one in production that is not."""

from typing import Any

import pytest
from django.test import Client

from compliance.audit import Actor
from modelops.lib.posture import controls
from registry.aliases.models import Alias
from registry.models import ModelVersion
from registry.signing import services
from registry.signing.models import TrustedKey, VersionSignature
from tests.accounts.people import make_user
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


@pytest.fixture
def versions(scientist: Any) -> list[ModelVersion]:
    """Two versions; the first is in production."""
    model = make_model(scientist)
    made = [make_version(model, scientist) for _ in range(2)]
    Alias.objects.create(model=model, name="production", version=made[0])
    return made


def look() -> Any:
    (control,) = [one for one in controls() if one.key == "signatures.in_use"]
    return control.look()


def test_signed_and_unsigned_are_counted_for_each_stage(versions: list[ModelVersion]) -> None:
    """S2-14, S2-38."""
    found = look()
    assert found.passed
    assert found.evidence == "production: 1 signed, 0 unsigned; no stage: 1 signed, 0 unsigned."
    VersionSignature.objects.filter(version=versions[1]).delete()
    assert "no stage: 0 signed, 1 unsigned" in look().evidence
    assert look().passed


def test_what_is_unsigned_in_production_is_red(versions: list[ModelVersion], api_as: Any) -> None:
    """S2-14, S2-38: also on the page and in the interface, where the officer looks."""
    VersionSignature.objects.filter(version=versions[0]).delete()
    (finding,) = look().findings
    assert finding.severity == "critical"
    assert "arrival-delay v1 is production" in finding.title
    officer: Client = api_as(make_user("officer", "Compliance officer"))
    said = officer.get("/api/v1/posture/").content.decode()
    assert "arrival-delay v1 is production" in said


def test_a_signature_of_a_revoked_key_is_none(versions: list[ModelVersion]) -> None:
    """S2-14"""
    services.revoke_key(TrustedKey.objects.get(), "Lost.", actor=ACTOR)
    assert "production: 0 signed, 1 unsigned" in look().evidence
    assert look().held == 0
