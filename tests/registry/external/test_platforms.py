"""What the portal cannot see of a platform is attested: by somebody, with evidence, for at most twelve months."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from compliance.audit.models import AuditEvent
from modelops.lib.posture import controls
from registry.external.models import ExternalRecord, PlatformAttestation, Subject
from tests.accounts.people import make_user, sign_in_earlier

from .test_sagemaker import ARN, PACKAGE

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/external-records/attestations/"


@pytest.fixture
def officer(api_as: Callable[..., Client]) -> Client:
    return api_as(make_user("officer", "Compliance officer"))


def said(**more: Any) -> dict[str, Any]:
    until = (timezone.now() + timedelta(days=180)).isoformat()
    body = {"subject": "sagemaker.training", "statement": "Jobs run in a VPC of their own.", "expires_at": until}
    return {**body, "evidence_url": "https://evidence.example/reports/7", **more}


@pytest.mark.parametrize(
    ("subject", "row"),
    [
        ("sagemaker.training", "S2-25"), ("sagemaker.pipeline", "S2-26"), ("azure.workspace", "S2-28"),
        ("azure.compute", "S2-29"), ("azure.deployment", "S2-31"), ("google.model", "S2-32"),
        ("google.training", "S2-32"), ("google.pipeline", "S2-32"), ("google.api", "S2-32"),
    ],
)  # fmt: skip
def test_each_type_exists(officer: Client, subject: str, row: str) -> None:
    """S2-25, S2-26, S2-28, S2-29, S2-31, S2-32: with author, evidence and an end."""
    made = officer.post(ADDRESS, said(subject=subject), "application/json")
    assert made.status_code == 201, made.content
    assert (made.json()["subject"], made.json()["state"]) == (subject, "holds")
    assert made.json()["author"] == str(PlatformAttestation.objects.get().author_ref)
    assert AuditEvent.objects.get(name="external.attestation.made").details["platform"] == subject


def test_there_are_no_others() -> None:
    assert len(Subject.values) == 9


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"subject": "sagemaker.moon"}, "invalid_subject"),
        ({"evidence_url": "http://evidence.example/"}, "invalid_evidence_url"),
        ({"evidence_url": "javascript:alert(1)"}, "invalid_evidence_url"),
        ({"evidence_url": "https://me:secret@evidence.example/"}, "invalid_evidence_url"),
        ({"evidence_url": "https://[broken/"}, "invalid_evidence_url"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "invalid_expires_at"),
        ({"expires_at": "9000-01-01T00:00:00Z"}, "invalid_expires_at"),
    ],
)
def test_what_is_no_attestation_is_refused(officer: Client, more: dict[str, Any], code: str) -> None:
    """S2-23, S2-25, S2-75: author, evidence link and an end within twelve months, or nothing is kept."""
    refused = officer.post(ADDRESS, said(**more), "application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, f"platform_attestation.{code}")
    assert not PlatformAttestation.objects.exists()


def test_who_may_not_attest_reads(api: Client, officer: Client) -> None:
    assert api.post(ADDRESS, said(), "application/json").status_code == 403
    officer.post(ADDRESS, said(), "application/json")
    assert [row["subject"] for row in api.get(ADDRESS).json()["results"]] == ["sagemaker.training"]


def test_one_that_ran_out_counts_as_failing(officer: Client) -> None:
    """S2-23, S2-25, S2-32: and a newer one makes it good; what was attested cannot be written anew."""
    (control,) = [one for one in controls() if one.key == "platforms.attested"]
    assert control.look().total == 0
    first = officer.post(ADDRESS, said(), "application/json").json()
    assert control.look().findings == []
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE external_platformattestation SET statement = 'Better.'")
    withdrawn = officer.post(f"{ADDRESS}{first['id']}/withdraw/")
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    assert officer.post(f"{ADDRESS}{first['id']}/withdraw/").json()["code"] == "platform_attestation.withdrawn"
    assert [finding.key for finding in control.look().findings] == ["lapsed:sagemaker.training"]
    past = timezone.now() - timedelta(days=400)
    PlatformAttestation.objects.create(
        subject="azure.compute", statement="Old.", evidence_url="https://evidence.example/2", author_kind="system",
        author_ref="test", attested_at=past, expires_at=past + timedelta(days=30),
    )  # fmt: skip
    assert {finding.key for finding in control.look().findings} == {"lapsed:sagemaker.training", "lapsed:azure.compute"}
    officer.post(ADDRESS, said(), "application/json")
    assert [finding.key for finding in control.look().findings] == ["lapsed:azure.compute"]


def test_the_page_shows_records_and_attestations(client: Client, portal: Client) -> None:
    """S2-24, S2-25: the same in the portal, by a form each."""
    assert "No records" in portal.get("/models/-/elsewhere/").content.decode()
    bad = portal.post("/models/-/elsewhere/new/", {"model_package": "{"})
    assert (bad.status_code, "This is no JSON" in bad.content.decode()) == (422, True)
    done = portal.post("/models/-/elsewhere/new/", {"model_package": json.dumps(PACKAGE)}, follow=True)
    assert "delays 7 was taken in" in done.content.decode()
    assert ExternalRecord.objects.get().reference == ARN
    assert portal.get("/models/-/elsewhere/attestations/new/").status_code == 403
    officer = sign_in_earlier(Client(), make_user("officer", "Compliance officer"))
    body = {**said(), "expires_on": f"{timezone.now() + timedelta(days=900):%Y-%m-%d}"}
    late = officer.post("/models/-/elsewhere/attestations/new/", body)
    assert (late.status_code, "next twelve months" in late.content.decode()) == (422, True)
    body["expires_on"] = f"{timezone.now() + timedelta(days=90):%Y-%m-%d}"
    shown = officer.post("/models/-/elsewhere/attestations/new/", body, follow=True).content.decode()
    assert "SageMaker: isolation of training jobs" in shown
    row = PlatformAttestation.objects.get()
    withdrawn = officer.post(f"/models/-/elsewhere/attestations/{row.pk}/withdraw/", follow=True).content.decode()
    assert "is withdrawn" in withdrawn
