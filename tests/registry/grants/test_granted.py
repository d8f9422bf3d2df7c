"""A grant gives one person or role the files or the use of one model, beside what the role brings."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from accounts.services import issue_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.grants import services
from registry.grants.models import Grant
from tests.accounts.people import make_user, sign_in
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
FILE = "/api/v1/models/delay/versions/1/artifact/"
MAY = "/api/v1/models/delay/may/predict/"


def program(user: User, *scopes: str) -> Client:
    text = issue_api_key(user, name="k", scopes=list(scopes) or ["all"], days=1, actor=ACTOR)[1]
    return Client(headers={"Authorization": f"Bearer {text}"})


def status_of(answer: Any) -> int:
    """The status of an answer that was read to its end."""
    answer.getvalue()
    return int(answer.status_code)


@pytest.fixture
def owner() -> User:
    return make_user("owner")


@pytest.fixture
def model(owner: User) -> Any:
    model = make_model(owner, name="delay")
    make_version(model, owner)
    make_version(make_model(owner, name="other"), owner)
    return model


@pytest.fixture
def viewer() -> User:
    return make_user("viewer", "Viewer")


def test_a_viewer_downloads_what_was_granted_and_nothing_else(model: Any, viewer: User) -> None:
    """S4-14: over REST and in the portal; the next request after it is taken away is refused."""
    api, page = program(viewer), sign_in(Client(), viewer)
    assert api.get(FILE).status_code == 403
    assert page.post("/models/delay/versions/1/file/").status_code == 403
    assert "/versions/1/file/" not in page.get("/models/delay/versions/1/").content.decode()
    grant = services.give(model, viewer, "download", actor=ACTOR)
    assert status_of(api.get(FILE)) == 200
    assert status_of(page.post("/models/delay/versions/1/file/")) == 200
    assert "/versions/1/file/" in page.get("/models/delay/versions/1/").content.decode()
    assert api.get(FILE.replace("delay", "other")).status_code == 403
    services.revoke(grant, actor=ACTOR)
    assert api.get(FILE).status_code == 403


def test_a_grant_to_see_gives_no_file_and_one_to_change_changes_nothing(model: Any, viewer: User) -> None:
    api = program(viewer)
    services.give(model, viewer, "view", actor=ACTOR)
    assert api.get(FILE).status_code == 403
    services.give(model, viewer, "edit", actor=ACTOR)
    assert status_of(api.get(FILE)) == 200
    body = {"description": "mine"}
    assert api.patch("/api/v1/models/delay/", body, content_type="application/json").status_code == 403


def test_a_role_is_granted_at_once(model: Any, viewer: User) -> None:
    """S4-14: shared with a group."""
    services.give(model, Group.objects.get(name="Viewer"), "download", actor=ACTOR)
    assert status_of(program(viewer).get(FILE)) == 200


def test_a_dataset_is_granted_the_same_way(owner: User, viewer: User) -> None:
    dataset = make_dataset(owner, name="flights")
    make_dataset_version(dataset, owner)
    address, api = "/api/v1/datasets/flights/versions/1/artifact/", program(viewer)
    assert api.get(address).status_code == 403
    services.give(dataset, viewer, "download", actor=ACTOR)
    assert status_of(api.get(address)) == 200


def test_a_key_that_does_not_name_downloads_gets_no_granted_file(model: Any, viewer: User) -> None:
    services.give(model, viewer, "download", actor=ACTOR)
    assert program(viewer, "access.read_models").get(FILE).status_code == 403
    assert status_of(program(viewer, "access.read_models", "access.download").get(FILE)) == 200


def test_without_a_role_a_grant_shows_nothing(model: Any) -> None:
    """S4-17: a grant is for one object; that one may look at models at all, a role says."""
    user = make_user("somebody", "Viewer")
    user.groups.clear()
    services.give(model, user, "download", actor=ACTOR)
    assert program(user).get(FILE).status_code == 404
    assert program(user).get("/api/v1/models/").status_code == 403


def test_predicting_is_granted_per_model(model: Any, viewer: User, owner: User) -> None:
    """S2-35: by role, by grant, and never past what a key names; the gateway asks with the caller's credential."""
    assert program(owner).get(MAY).json() == {"model": "delay", "action": "predict"}
    assert program(viewer).get(MAY).status_code == 403
    services.give(model, viewer, "view", actions=["predict"], actor=ACTOR)
    assert program(viewer).get(MAY).status_code == 200
    assert program(viewer).get(MAY.replace("predict", "explain")).status_code == 403
    assert program(viewer).get(MAY.replace("delay", "other")).status_code == 403
    assert program(viewer).get(MAY.replace("predict", "burn")).status_code == 404
    assert program(owner, "access.read_models").get(MAY).status_code == 403
    assert program(owner, "access.read_models", "access.predict").get(MAY).status_code == 200
    assert Client().get(MAY).status_code == 401


def test_what_is_restricted_and_not_granted_is_not_there(model: Any, owner: User) -> None:
    """S4-18: 404 for objects outside the scope, whatever the role brings."""
    services.change_access(model, is_restricted=True, actor=ACTOR)
    colleague = program(make_user("colleague"))
    assert colleague.get(MAY).status_code == colleague.get(FILE).status_code == 404
    assert program(owner).get(MAY).status_code == 200


def test_the_owner_grants_uses_in_the_portal_and_over_the_interface(model: Any, owner: User, viewer: User) -> None:
    """S2-35: and the row says what was given."""
    page = sign_in(Client(), owner)
    assert "Ask for predictions" in page.get("/models/delay/access/").content.decode()
    form = {"user": "viewer", "level": "view", "actions": ["predict"]}
    assert page.post("/models/delay/access/grants/", form).status_code == 302
    assert Grant.objects.get().actions == ["predict"]
    body = {"user": "viewer", "level": "download", "actions": ["explain", "predict"]}
    answer = program(owner).post("/api/v1/models/delay/grants/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["actions"]) == (201, ["explain", "predict"])
    row = AuditEvent.objects.filter(name="registry.grant.given").latest("id")
    assert row.details["level"] == "download, explain, predict"
    bad = {**body, "actions": ["burn"]}
    refused = program(owner).post("/api/v1/models/delay/grants/", bad, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "grant.unknown_action")


def test_only_models_predict(owner: User, viewer: User) -> None:
    make_dataset(owner, name="flights")
    body = {"user": "viewer", "actions": ["predict"]}
    refused = program(owner).post("/api/v1/datasets/flights/grants/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "grant.no_actions")
    assert "Ask for predictions" not in sign_in(Client(), owner).get("/datasets/flights/access/").content.decode()
