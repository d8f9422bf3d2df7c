"""Deployment endpoints: what is recorded of them, what a stranger gets there, and what the posture says."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services.api_keys import issue_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.lib.posture import controls
from registry.deletion.services import delete
from registry.endpoints.models import DeploymentEndpoint, Verdict
from registry.endpoints.services import add_endpoint, change_endpoint, probe
from registry.endpoints.tasks import look_at_endpoints
from registry.grants.services import change_access
from registry.models import RegisteredModel
from tests.accounts.people import make_user, sign_in
from tests.receivers import HttpReceiver
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
LIST = "/api/v1/deployment-endpoints/"


@pytest.fixture
def served(settings: Any, http_receiver: HttpReceiver) -> HttpReceiver:
    """An endpoint on this machine."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    return http_receiver


@pytest.fixture
def delays() -> RegisteredModel:
    return make_model(make_user("owner"))


def program(role: str, name: str = "caller") -> Client:
    key = issue_api_key(make_user(name, role), name="k", scopes=["all"], days=1, actor=ACTOR)[1]
    return Client(headers={"Authorization": f"Bearer {key}"})


def findings(key: str) -> list[str]:
    found = next(control for control in controls() if control.key == key).look()
    return [f"{finding.severity}: {finding.title}" for finding in found.findings]


def test_one_that_must_ask_and_answered_a_stranger_is_red(delays: RegisteredModel, served: HttpReceiver) -> None:
    """S2-33: a record with required=true and a probe that got 200 without a token shows red."""
    url = f"{served.url}/score"
    row = add_endpoint(
        delays, name="scoring", url=url, authentication="oauth2", is_required=True, is_role_based=True, actor=ACTOR
    )
    assert findings("endpoints.authenticated") == [], "nobody has looked yet"
    assert look_at_endpoints() == 1
    row.refresh_from_db()
    assert (row.answer, row.verdict, row.is_exposed) == (200, Verdict.OPEN, True)
    asked = served.requests[-1]
    assert (asked.method, asked.path) == ("GET", "/score")
    assert not {"authorization", "cookie"} & asked.headers.keys()
    assert findings("endpoints.authenticated") == [
        "critical: The endpoint scoring asks for authentication, it says, and answered 200 to a caller without any"
    ]
    assert look_at_endpoints() == 0, "once an hour is enough"

    served.status = 401
    assert probe(row).verdict is Verdict.REFUSED
    assert findings("endpoints.authenticated") == []
    told = AuditEvent.objects.filter(name="endpoints.endpoint.probed").values_list("details__found", flat=True)
    assert list(told.order_by("pk")) == [Verdict.OPEN.label.lower(), Verdict.REFUSED.label.lower()]
    probe(row)
    assert told.count() == 2, "the clock tells of news only"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (204, Verdict.OPEN),
        (302, Verdict.UNCLEAR),
        (403, Verdict.REFUSED),
        (405, Verdict.UNCLEAR),
        (500, Verdict.UNCLEAR),
    ],
)
def test_what_each_answer_means(delays: RegisteredModel, served: HttpReceiver, status: int, verdict: Verdict) -> None:
    """S2-33: a redirect is not followed, and no other answer is taken for a refusal."""
    served.status, served.body = status, b""
    served.headers = {"Location": f"{served.url}/elsewhere"} if status == 302 else {}
    row = probe(add_endpoint(delays, name="a", url=served.url, is_required=True, actor=ACTOR))
    assert row.verdict is verdict
    assert len(served.requests) == 1


def test_what_cannot_be_reached_says_why(delays: RegisteredModel, settings: Any) -> None:
    """S2-33: probed where reachable; the portal is nobody's way into a private network."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = False
    row = probe(add_endpoint(delays, name="inside", url="http://127.0.0.1:9443/", is_required=True, actor=ACTOR))
    assert row.verdict is Verdict.UNREACHABLE
    assert "not public" in row.problem
    assert findings("endpoints.authenticated") == [
        "warning: The endpoint inside does not record how it knows who calls"
    ]


def test_what_is_not_recorded_counts_as_a_finding(delays: RegisteredModel) -> None:
    """S2-34: the field is there, and a missing value counts."""
    url = "https://models.example.org/score"
    row = add_endpoint(delays, name="scoring", url=url, actor=ACTOR)
    assert findings("endpoints.role_based") == ["warning: The endpoint scoring does not record whether roles decide"]
    assert len(findings("endpoints.authenticated")) == 1
    change_endpoint(row.pk, authentication="oauth2", is_required=True, is_role_based=False, actor=ACTOR)
    assert findings("endpoints.authenticated") == []
    assert findings("endpoints.role_based") == ["warning: The endpoint scoring lets everybody call who is known at all"]
    change_endpoint(row.pk, is_role_based=True, is_required=False, actor=ACTOR)
    assert findings("endpoints.role_based") == []
    assert findings("endpoints.authenticated") == [
        "warning: The endpoint scoring is recorded as one that asks nobody who calls"
    ]


def test_an_endpoint_names_a_version_that_is_registered(delays: RegisteredModel, served: HttpReceiver) -> None:
    """S2-07: another number is refused, none at all is a finding, and so is one that was removed since."""
    engineer = program("ML engineer")
    given = {"model": delays.name, "name": "scoring", "url": served.url}
    refused = engineer.post(LIST, {**given, "version": 1}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "endpoint.unknown_version")
    added = engineer.post(LIST, given, content_type="application/json").json()
    assert added["version"] is None
    assert findings("endpoints.registered") == ["warning: The endpoint scoring does not record which version it serves"]

    version = make_version(delays, delays.owner)
    at = f"{LIST}{added['id']}/"
    changed = engineer.patch(at, {"version": version.number}, content_type="application/json")
    assert (changed.status_code, changed.json()["version"]) == (200, 1)
    assert findings("endpoints.registered") == []
    assert engineer.patch(at, {"version": 2}, content_type="application/json").json()["code"] == (
        "endpoint.unknown_version"
    )

    delete(version, "It was trained on the wrong month.", actor=ACTOR)
    assert findings("endpoints.registered") == [
        "high: The endpoint scoring names a version that the registry does not have"
    ]
    assert engineer.patch(at, {"name": "renamed"}, content_type="application/json").status_code == 200


def test_over_rest_it_is_recorded_changed_looked_at_and_removed(delays: RegisteredModel, served: HttpReceiver) -> None:
    """S2-33, S2-34: by an engineer, who deploys models."""
    engineer = program("ML engineer")
    given = {"model": delays.name, "name": "scoring", "url": served.url, "authentication": "oauth2"}
    added = engineer.post(LIST, {**given, "is_required": True}, content_type="application/json")
    assert added.status_code == 201, added.content
    at = f"{LIST}{added.json()['id']}/"
    assert added.json() | {"is_required": True, "is_role_based": None, "verdict": "never"} == added.json()
    assert engineer.post(LIST, given, content_type="application/json").json()["code"] == "endpoint.name_taken"

    seen = engineer.post(f"{at}probe/", {}, content_type="application/json").json()
    assert (seen["verdict"], seen["is_exposed"], seen["answer"]) == ("open", True, 200)
    changed = engineer.patch(at, {"url": f"{served.url}/v2", "is_role_based": True}, content_type="application/json")
    assert (changed.json()["verdict"], changed.json()["is_role_based"]) == ("never", True), "another address"
    assert changed.json()["is_required"] is True, "what was not sent stays"
    assert [row["name"] for row in engineer.get(LIST).json()["results"]] == ["scoring"]
    assert engineer.delete(at).status_code == 204
    assert engineer.get(at).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"url": "file:///etc/passwd"}, "receiver.refused"),
        ({"authentication": "trust"}, "endpoint.bad_authentication"),
        ({"authentication": "none", "is_required": True}, "endpoint.contradiction"),
        ({"model": "not-there"}, "endpoint.no_model"),
    ],
)
def test_what_cannot_be_is_refused(delays: RegisteredModel, wrong: dict[str, Any], code: str) -> None:
    given = {"model": delays.name, "name": "scoring", "url": "https://models.example.org/", **wrong}
    answer = program("ML engineer").post(LIST, given, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not DeploymentEndpoint.objects.exists()


def test_an_endpoint_of_a_restricted_model_is_not_there_for_others(delays: RegisteredModel) -> None:
    """S2-48: not in lists, not by its id, and findings do not name it."""
    row = add_endpoint(delays, name="secret-scoring", url="https://models.example.org/", actor=ACTOR)
    change_access(delays, is_restricted=True, actor=ACTOR)
    engineer = program("ML engineer")
    assert engineer.get(LIST).json()["results"] == []
    for answer in (engineer.get(f"{LIST}{row.pk}/"), engineer.delete(f"{LIST}{row.pk}/")):
        assert answer.status_code == 404
    assert all("secret" not in title for title in findings("endpoints.authenticated"))


def test_a_security_administrator_does_it_in_the_admin(
    client: Client, delays: RegisteredModel, served: HttpReceiver
) -> None:
    """S2-33, S2-34: the fields are visible, and so is what a stranger got."""
    sign_in(client, make_user("guard", "Security administrator"))
    listing = reverse("admin:endpoints_deploymentendpoint_changelist")
    typed = {"model": delays.name, "name": "scoring", "url": served.url, "authentication": "oauth2"}
    add = reverse("admin:endpoints_deploymentendpoint_add")
    assert client.post(add, {**typed, "model": "not-there"}).status_code == 422
    assert client.post(add, {**typed, "is_required": "yes"}).status_code == 302
    row = DeploymentEndpoint.objects.get()
    assert (row.is_required, row.is_role_based) == (True, None)
    client.post(listing, {"action": "look", "_selected_action": [str(row.pk)]})
    page = client.get(listing).content.decode()
    assert Verdict.OPEN.label in page
    edit = reverse("admin:endpoints_deploymentendpoint_edit", args=[row.pk])
    assert 'value="yes" selected' in client.get(edit).content.decode()
    assert client.post(edit, {**typed, "is_required": "", "version_number": "7"}).status_code == 422
    make_version(delays, delays.owner)
    said = {**typed, "is_required": "", "is_role_based": "no", "version_number": "1"}
    assert client.post(edit, said).status_code == 302
    row.refresh_from_db()
    assert (row.is_required, row.is_role_based, row.version_number) == (None, False, 1)
    client.post(listing, {"action": "remove", "_selected_action": [str(row.pk)]})
    assert not DeploymentEndpoint.objects.exists()
