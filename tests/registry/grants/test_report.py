"""Who may do what with a model: every account, every reason, the last use, and what nobody needed for 90 days."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import ROLES
from accounts.services import issue_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.lib.ids import first_id_at
from registry.grants import report, services
from registry.models import RegisteredModel
from tests.accounts.people import make_user, sign_in
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
PAGE = "/models/delay/access/report/"


def program(user: User) -> Client:
    text = issue_api_key(user, name="k", scopes=["all"], days=1, actor=ACTOR)[1]
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def owner() -> User:
    return make_user("owner")


@pytest.fixture
def model(owner: User) -> Any:
    model = make_model(owner, name="delay")
    make_version(model, owner, parameters={"depth": 3})
    return model


def rights(governed: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    """By account and action, the reasons."""
    lines = report.every_line(governed, most=1000)
    return {line.user.username: {held.action.key: held.reasons for held in line.held} for line in lines}


def may(client: Client, key: str) -> bool:
    """Whether the interface itself lets the account do it."""
    base = "/api/v1/models/delay/"
    answers = {
        "read": lambda: client.get(base),
        "write": lambda: client.post(f"{base}versions/"),
        "deploy": lambda: client.post(f"{base}aliases/", {"alias": "x", "version": 1}, "application/json"),
        "download": lambda: client.get(f"{base}versions/1/artifact/"),
        "decrypt": lambda: client.get(f"{base}versions/1/parameters/"),
        "predict": lambda: client.get(f"{base}may/predict/"),
        "explain": lambda: client.get(f"{base}may/explain/"),
        "manage": lambda: client.post(f"{base}grants/", {"user": "nobody"}, "application/json"),
    }
    answer = answers[key]()
    answer.getvalue()
    return answer.status_code not in {401, 403, 404}


@pytest.mark.parametrize("restricted", [False, True], ids=["open", "restricted"])
def test_the_report_says_what_the_interface_does(model: Any, owner: User, restricted: bool) -> None:
    """S2-02: for each role, with and without grants, the report and the gates agree."""
    people = {name: make_user(f"person{number}", name) for number, name in enumerate(ROLES)}
    nobody = make_user("nobody", "Viewer")
    nobody.groups.clear()
    granted = {
        level: make_user(f"{level}_er", "Viewer" if level == "download" else "Data scientist")
        for level in ("view", "download", "edit")
    }
    for level, user in granted.items():
        services.give(model, user, level, actions=["predict"], actor=ACTOR)
    services.change_access(model, is_restricted=restricted, actor=ACTOR)
    found = rights(model)
    for user in [owner, nobody, *people.values(), *granted.values()]:
        client = program(user)
        for key in ("read", "write", "deploy", "download", "decrypt", "predict", "explain", "manage"):
            told = key in found.get(user.username, {})
            assert told == may(client, key), (user.username, user.role, key, restricted)


def test_each_right_names_its_reasons(model: Any, owner: User) -> None:
    """S2-02: role, permission of the account, grant in person and to a role, owner, superuser."""
    viewer, root = make_user("viewer", "Viewer"), make_user("root", "Security administrator")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    viewer.user_permissions.add(Permission.objects.get(codename="explain"))
    services.give(model, viewer, "download", actor=ACTOR)
    found = rights(model)
    assert found["viewer"]["read"] == ("role Viewer (access.read_models)",)
    assert found["viewer"]["download"] == ("grant in person: download",)
    assert found["viewer"]["explain"] == ("permission of the account itself",)
    assert found["owner"]["manage"] == ("owner",)
    assert "owner" in found["owner"]["write"]
    assert set(found["root"].values()) == {("superuser",)}
    assert "write" not in found["viewer"]


def test_the_last_use_comes_from_the_ledger_and_what_is_unused_is_marked(model: Any, owner: User) -> None:
    """S2-02: a right that was not used for 90 days is flagged; a young one is not."""
    viewer = make_user("viewer", "Viewer")
    assert sign_in(Client(), viewer).get("/models/delay/").status_code == 200
    assert all(not held.is_unused for line in report.every_line(model, most=100) for held in line.held)
    past = timezone.now() - dt.timedelta(days=100)
    User.objects.update(date_joined=past)
    RegisteredModel.objects.update(created_at=past)
    model.refresh_from_db()
    lines = {line.user.username: line for line in report.every_line(model, most=100)}
    held = {each.action.key: each for each in lines["viewer"].held}
    assert held["read"].last_used is not None
    assert not held["read"].is_unused
    unused = {each.action.key for each in lines["owner"].held if each.is_unused}
    assert {"download", "delete"} <= unused
    assert not {"predict", "explain"} & unused, "what leaves no row here is never called unused"
    page = sign_in(Client(), owner).get(PAGE).content.decode()
    assert "Not used in 90 days" in page


def test_a_use_long_ago_counts_as_none(model: Any, owner: User) -> None:
    past = timezone.now() - dt.timedelta(days=100)
    User.objects.update(date_joined=past)
    RegisteredModel.objects.update(created_at=past)
    model.refresh_from_db()
    AuditEvent.objects.create(
        id=first_id_at(past), recorded_at=past, name="registry.artifact.download_started", category="model",
        outcome="success", actor_kind="user", actor_ref=str(owner.pk), target_type="registry.registeredmodel",
        target_id=str(model.pk), details={}, request_id="", source="",
    )  # fmt: skip
    (line,) = report.every_line(model, most=10)
    held = {each.action.key: each for each in line.held}
    assert held["download"].last_used == past
    assert held["download"].is_unused


def test_officers_and_the_owner_read_it_and_nobody_else(model: Any, owner: User) -> None:
    """S2-02: page, file and interface; each look is a row."""
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    for client in (officer, sign_in(Client(), owner)):
        assert "role Data scientist" in client.get(PAGE).content.decode()
    assert sign_in(Client(), make_user("colleague")).get(PAGE).status_code == 403
    answer = program(owner).get("/api/v1/models/delay/access-report/").json()
    assert {line["user"] for line in answer["results"]} >= {"owner", "officer", "colleague"}
    assert program(make_user("viewer", "Viewer")).get("/api/v1/models/delay/access-report/").status_code == 403
    text = officer.get("/models/delay/access/report.csv").getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["account"] for row in rows} >= {"owner", "colleague"}
    assert AuditEvent.objects.filter(name="registry.access.reported").count() == 1


def test_a_dataset_has_one_too(owner: User) -> None:
    dataset = make_dataset(owner, name="flights")
    make_dataset_version(dataset, owner)
    assert "download" in rights(dataset)["owner"]
    assert sign_in(Client(), owner).get("/datasets/flights/access/report/").status_code == 200
    assert program(owner).get("/api/v1/datasets/flights/access-report/").status_code == 200


def test_it_is_paged_and_each_page_costs_the_same(model: Any, owner: User) -> None:
    """S2-02: bounded, by name."""
    page = sign_in(Client(), owner)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page.get(PAGE)
        return len(queries)

    make_user("aa_one", "Viewer")
    few = cost()
    for number in range(30):
        make_user(f"person{number:02}", "Viewer")
    assert cost() <= few
    first = report.page_of(model, size=10)
    second = report.page_of(model, after=first.next_after, size=10)
    assert len(first.lines) == len(second.lines) == 10
    assert first.lines[-1].user.username < second.lines[0].user.username
    assert "More accounts" in page.get(PAGE).content.decode()
