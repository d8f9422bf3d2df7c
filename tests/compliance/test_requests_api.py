"""Data-subject requests over REST."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import issue_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.subjects.models import SubjectRequest
from modelops.jobs.services import run
from tests.accounts.people import fresh, make_user

from .cases import EMAIL, open_case

pytestmark = pytest.mark.django_db
BASE = "/api/v1/subject-requests/"


class Caller:
    """Calls the API with a key of an account, just confirmed."""

    def __init__(self, user: User, scopes: list[str] | None = None) -> None:
        scopes = scopes or ["all"]
        _, self.key = issue_api_key(user, name="tests", scopes=scopes, days=1, actor=Actor.system("tests"))
        self.client = Client(headers={"Authorization": f"Bearer {fresh(self.key)}"})

    def get(self, path: str) -> Any:
        return self.client.get(BASE + path)

    def post(self, path: str, body: object = None) -> Any:
        return self.client.post(BASE + path, json.dumps(body or {}), content_type="application/json")


@pytest.fixture
def caller(officer: User) -> Caller:
    """The officer's key."""
    return Caller(officer)


@pytest.mark.parametrize(
    "subject",
    [{"subject": {"email": EMAIL}}, {"email": EMAIL}, {"subject": EMAIL}, {"subject": {"ref": "C-77"}}],
)
def test_a_request_is_opened(caller: Caller, subject: dict[str, object]) -> None:
    answer = caller.post("", {"kind": "access", **subject})
    assert answer.status_code == 201
    body = answer.json()
    assert {"id", "reference", "state", "due_at"} <= set(body)
    assert (body["state"], body["regime"]) == ("received", "GDPR")
    assert EMAIL not in answer.text
    assert SubjectRequest.objects.get().subject_email == ("" if "ref" in str(subject) else EMAIL)


def test_the_whole_way_to_the_bundle(caller: Caller, officer: User) -> None:
    """S4-62: from intake to the archive, as a program does it."""
    opened = caller.post("", {"kind": "access", "regime": "ccpa", "subject": {"email": EMAIL}}).json()
    one = f"{opened['id']}/"
    assert caller.post(f"{one}collect/").status_code == 409
    assert caller.post(f"{one}confirm-identity/", {"note": "Called back."}).json()["state"] == "identity_confirmed"
    started = caller.post(f"{one}collect/")
    assert (started.status_code, started.json()["state"]) == (202, "collecting")
    assert run(started.json()["job"])
    shown = caller.get(one).json()
    assert (shown["state"], shown["bundles"][0]["is_available"]) == ("ready", True)
    archive = caller.get(f"{one}bundle/")
    assert archive["Content-Type"] == "application/zip"
    assert archive["Cache-Control"] == "no-store"
    assert "data.json" in zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    assert caller.post(f"{one}answer/", {"note": "Sent."}).json()["state"] == "delivered"
    acts = AuditEvent.objects.filter(target_id=opened["id"]).exclude(name="subjects.request.viewed")
    names = list(acts.order_by("id").values_list("name", flat=True))
    assert names == [
        "subjects.request.opened",
        "subjects.request.identity_confirmed",
        "subjects.bundle.collection_started",
        "subjects.bundle.collected",
        "subjects.bundle.downloaded",
        "subjects.request.delivered",
    ]
    assert set(AuditEvent.objects.filter(target_id=opened["id"]).values_list("actor_ref", flat=True)) == {
        str(officer.pk)
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "oblivion", "email": EMAIL}, "subject_request.unknown_kind"),
        ({"kind": "access", "email": EMAIL, "regime": "LGPD"}, "subject_request.unknown_regime"),
        ({"kind": "access"}, "subject.missing"),
        ({"kind": "access", "email": "nobody"}, "subject.email_invalid"),
        ({"kind": "access", "email": EMAIL, "subject": {"email": "b@example.org"}}, "subject.ambiguous"),
        ({"email": EMAIL}, "request.invalid"),
        ({"kind": "access", "subject": [EMAIL]}, "request.invalid"),
    ],
)
def test_bad_input_is_a_problem_that_does_not_repeat_the_address(
    caller: Caller, body: dict[str, object], code: str
) -> None:
    """S4-66: an unknown kind is 400 with the allowed list."""
    answer = caller.post("", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert EMAIL not in answer.text
    if code == "subject_request.unknown_kind":
        assert "automated_decision" in answer.json()["detail"]
    assert not SubjectRequest.objects.exists()
    assert AuditEvent.objects.filter(name="audit.request.refused", details__code=code).count() == 1


def test_lists_and_details_never_name_the_person(caller: Caller) -> None:
    request = open_case()
    listed, shown = caller.get(""), caller.get(f"{request.pk}/")
    assert [row["reference"] for row in listed.json()["results"]] == [request.reference]
    assert EMAIL not in listed.text + shown.text
    assert "email" not in listed.text + shown.text


@pytest.mark.parametrize("role", ["Data scientist", "ML engineer", "Viewer", "Pipeline", "Security administrator"])
def test_other_roles_are_refused(role: str, caller: Caller) -> None:
    request = open_case()
    stranger = Caller(make_user("stranger", role))
    assert stranger.get("").status_code == 403
    assert stranger.post("", {"kind": "access", "email": EMAIL}).status_code == 403
    for step in ("confirm-identity", "collect", "answer", "refuse"):
        assert stranger.post(f"{request.pk}/{step}/", {"note": "x", "reason": "x"}).status_code == 403
    assert stranger.get(f"{request.pk}/bundle/").status_code == 403
    assert caller.post(f"{request.pk}/refuse/", {"reason": "Withdrawn."}).json()["state"] == "refused"


def test_a_key_without_the_scope_is_refused(officer: User) -> None:
    request = open_case()
    reader = Caller(officer, ["subjects.view_subjectrequest"])
    assert reader.get(f"{request.pk}/").status_code == 200
    assert reader.post(f"{request.pk}/confirm-identity/", {"note": "x"}).status_code == 403


def test_without_credentials_and_for_unknown_requests_nothing_is_told(caller: Caller) -> None:
    assert Client().get(BASE).status_code == 401
    assert caller.get("0194d0c0-0000-7000-8000-000000000001/").status_code == 404
