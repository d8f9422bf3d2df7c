"""What SageMaker says of a model package becomes a record that nobody here can change."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from compliance.audit.models import AuditEvent
from registry.external.models import ExternalRecord
from registry.external.sagemaker import Malformed, read_package
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db
ARN = "arn:aws:sagemaker:eu-central-1:111122223333:model-package/delays/7"
PACKAGE = {
    "ModelPackageGroupName": "delays",
    "ModelPackageVersion": 7,
    "ModelPackageArn": ARN,
    "ModelPackageStatus": "Completed",
    "ModelApprovalStatus": "Approved",
    "CreationTime": "2026-03-01T08:00:00+00:00",
}
APPROVER, BOSS = "arn:aws:iam::111122223333:role/approver", "arn:aws:iam::111122223333:role/boss"


def allow(action: Any, *principals: str, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Principal": {"AWS": list(principals)}, "Resource": "*"}


def send(api: Client, package: Any, policy: Any = None) -> Any:
    body = {"model_package": package, **({} if policy is None else {"resource_policy": policy})}
    return api.post("/api/v1/external-records/", body, "application/json")


def test_a_model_package_becomes_a_read_only_record(api: Client) -> None:
    """S2-24: with the approval status mapped; S2-27: without a policy nobody here knows who can approve."""
    made = send(api, PACKAGE)
    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["source"], said["reference"], said["number"]) == ("sagemaker", ARN, 7)
    assert (said["approval"], said["said_approval"]) == ("approved", "Approved")
    assert said["approvers"] == "unknown"
    assert send(api, PACKAGE).status_code == 200
    assert ExternalRecord.objects.count() == 1
    row = ExternalRecord.objects.get()
    row.approval = "rejected"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    for method in ("put", "patch", "delete"):
        assert getattr(api, method)(f"/api/v1/external-records/{row.pk}/").status_code == 405
    assert api.get(f"/api/v1/external-records/{row.pk}/").json() == said
    assert AuditEvent.objects.filter(name="external.record.imported").count() == 1


@pytest.mark.parametrize(
    ("word", "approval"), [("Approved", "approved"), ("Rejected", "rejected"), ("PendingManualApproval", "pending")]
)
def test_each_status_has_its_word(word: str, approval: str) -> None:
    """S2-24"""
    assert read_package({**PACKAGE, "ModelApprovalStatus": word}).approval == approval


def test_the_policy_says_who_can_approve(api: Client) -> None:
    """S2-27: those whom it lets update the package, less those whom it denies that."""
    policy = {
        "Statement": [
            allow("sagemaker:UpdateModelPackage", APPROVER),
            allow(["sagemaker:Describe*"], "arn:aws:iam::111122223333:role/reader"),
            allow("sagemaker:*", BOSS, "arn:aws:iam::111122223333:role/left"),
            allow("sagemaker:Update*", "arn:aws:iam::111122223333:role/left", effect="Deny"),
        ]
    }
    said = send(api, PACKAGE, policy).json()
    assert said["approvers"] == [APPROVER, BOSS]
    assert send(api, {**PACKAGE, "ModelPackageVersion": 8}, {"Statement": []}).json()["approvers"] == []
    listed = api.get("/api/v1/external-records/").json()["results"]
    assert [row["number"] for row in listed] == [8, 7]


@pytest.mark.parametrize(
    ("package", "policy"),
    [
        ([], None), ({}, None), ({**PACKAGE, "ModelPackageArn": "arn:aws:s3:::x"}, None),
        ({**PACKAGE, "ModelApprovalStatus": "Perhaps"}, None), ({**PACKAGE, "ModelPackageVersion": "x"}, None),
        (PACKAGE, "{"), (PACKAGE, {"Statement": 5}), (PACKAGE, []),
        (PACKAGE, {"Statement": [allow("*", *(f"p{n}" for n in range(201)))]}),
    ],
)  # fmt: skip
def test_what_is_no_model_package_is_refused(package: Any, policy: Any) -> None:
    with pytest.raises(Malformed):
        read_package(package, policy)


def test_refusals_over_the_api(api: Client, api_as: Callable[..., Client]) -> None:
    bad = send(api, {"ModelPackageArn": 5})
    assert (bad.status_code, bad.json()["code"]) == (400, "external_record.malformed")
    large = send(api, {**PACKAGE, "x": "y" * 300_000})
    assert large.json()["code"] == "external_record.malformed"
    officer = api_as(make_user("officer", "Compliance officer"))
    assert send(officer, PACKAGE).status_code == 403
    assert officer.get("/api/v1/external-records/").status_code == 200


def test_the_admin_shows_it_and_changes_nothing(api: Client, client: Client) -> None:
    from accounts.models import User
    from tests.accounts.people import sign_in

    send(api, PACKAGE)
    user = make_user("root")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    sign_in(client, user)
    row = ExternalRecord.objects.get()
    page = client.get(f"/admin/external/externalrecord/{row.pk}/change/").content.decode()
    assert "unknown" in page
    assert client.post(f"/admin/external/externalrecord/{row.pk}/delete/").status_code == 403
