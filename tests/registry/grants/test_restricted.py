"""A restricted model or dataset is there for its owner and for who is named, and nowhere for anybody else."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.grants import services
from registry.grants.models import Grant, Level
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel
from tests.accounts.people import make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.registry.answers import problem_of
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")


@pytest.fixture
def reader(db: None) -> User:
    return make_user("reader")


@pytest.fixture
def two(scientist: User) -> tuple[RegisteredModel, RegisteredModel]:
    """Two restricted models with a version each."""
    models = make_model(scientist, "alpha"), make_model(scientist, "beta")
    for model in models:
        make_version(model, scientist, metrics={"auc": 0.9}, parameters={"depth": 3})
        services.change_access(model, is_restricted=True, actor=ACTOR)
    return models


def give(governed: Any, holder: Any, level: str = "view", **more: Any) -> Grant:
    return services.give(governed, holder, level, actor=ACTOR, **more)


def test_one_grant_shows_one_model_and_404_for_the_other(
    reader: User, two: Any, api_as: Callable[..., Client], client: Client
) -> None:
    """S0-06: list, detail, API, admin and download."""
    alpha, _ = two
    give(alpha, reader, "download")
    api = api_as(reader)
    assert [row["name"] for row in api.get("/api/v1/models/").json()["results"]] == ["alpha"]
    assert api.get("/api/v1/models/?q=beta").json()["results"] == []
    assert b"".join(api.get("/api/v1/models/alpha/versions/1/artifact/"))
    for path in ("", "versions/", "versions/1/", "versions/1/artifact/", "versions/1/parameters/", "best/", "grants/"):
        assert problem_of(api.get(f"/api/v1/models/beta/{path}")) == (404, "object.not_found"), path
    sign_in(client, reader)
    page = client.get("/models/").content.decode()
    assert "alpha" in page
    assert "beta" not in page
    assert client.get("/models/alpha/").status_code == 200
    for method, path in (
        ("get", ""), ("get", "versions/1/"), ("post", "versions/1/file/"), ("post", "versions/1/parameters/"),
        ("get", "access/"), ("get", "delete/"), ("get", "compare/"), ("get", "metric/"), ("get", "versions/new/"),
    ):  # fmt: skip
        assert getattr(client, method)(f"/models/beta/{path}").status_code == 404, path


def test_in_the_admin_too(reader: User, two: Any, client: Client) -> None:
    """S0-06."""
    alpha, beta = two
    User.objects.filter(pk=reader.pk).update(is_staff=True)
    give(alpha, reader)
    sign_in(client, reader)
    for model, kept, gone in (
        ("registeredmodel", alpha, beta),
        ("modelversion", alpha.versions.get(), beta.versions.get()),
        ("artifact", alpha.versions.get().artifact, beta.versions.get().artifact),
    ):
        listed = client.get(f"/admin/registry/{model}/").content.decode()
        assert f"/admin/registry/{model}/{kept.pk}/change/" in listed, model
        assert str(gone.pk) not in listed
        assert client.get(f"/admin/registry/{model}/{kept.pk}/change/").status_code == 200
        assert client.get(f"/admin/registry/{model}/{gone.pk}/change/").status_code in {302, 404}, model


def test_a_level_lets_no_further(reader: User, two: Any, api_as: Callable[..., Client]) -> None:
    """S0-06: seeing is not opening, opening is not changing."""
    alpha, _ = two
    grant = give(alpha, reader, "view")
    api = api_as(reader)
    assert api.get("/api/v1/models/alpha/versions/1/").status_code == 200
    for path in ("artifact/", "parameters/"):
        assert problem_of(api.get(f"/api/v1/models/alpha/versions/1/{path}")) == (403, "access.level")
    give(alpha, reader, "download")
    assert Grant.objects.get().pk == grant.pk
    assert api.get("/api/v1/models/alpha/versions/1/parameters/").json() == {"parameters": {"depth": 3}}
    change = {"description": "mine"}
    refused = api.patch("/api/v1/models/alpha/", change, content_type="application/json")
    assert problem_of(refused) == (403, "access.level")
    refused = api.delete("/api/v1/models/alpha/versions/1/?reason=why")
    assert problem_of(refused) == (403, "access.level")
    give(alpha, reader, "edit")
    assert api.patch("/api/v1/models/alpha/", change, content_type="application/json").status_code == 200


def test_a_role_a_date_and_a_deactivation(reader: User, two: Any, api_as: Callable[..., Client]) -> None:
    """S0-06: through a group, until a date, within the role."""
    alpha, beta = two
    viewer = make_user("viewer", "Viewer")
    give(alpha, Group.objects.get(name="Viewer"), "edit")
    give(beta, viewer, expires_at=timezone.now() + dt.timedelta(seconds=1))
    assert {model.name for model in RegisteredModel.objects.visible_to(viewer)} == {"alpha", "beta"}
    Grant.objects.filter(model=beta).update(expires_at=timezone.now())
    assert {model.name for model in RegisteredModel.objects.visible_to(viewer)} == {"alpha"}
    assert RegisteredModel.objects.visible_to(reader).count() == 0
    # The grant says edit: that gives a viewer the files, but to change something stays a matter of the role.
    assert b"".join(api_as(viewer).get("/api/v1/models/alpha/versions/1/artifact/"))
    body = {"description": "mine"}
    assert api_as(viewer).patch("/api/v1/models/alpha/", body, "application/json").status_code == 403
    viewer.groups.clear()
    assert RegisteredModel.objects.visible_to(User.objects.get(pk=viewer.pk)).count() == 0


def test_who_sees_all_that_is_restricted(two: Any, api_as: Callable[..., Client]) -> None:
    """S0-06: the officer sees and opens nothing; a key sees no more than its scopes name."""
    officer = make_user("officer", "Compliance officer")
    assert RegisteredModel.objects.visible_to(officer).count() == 2
    root = make_user("root")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    narrow = api_as(root, ["registry.view_registeredmodel", "registry.view_modelversion", "registry.download_artifact"])
    assert narrow.get("/api/v1/models/").json()["results"] == []
    assert narrow.get("/api/v1/models/alpha/versions/1/artifact/").status_code == 404
    assert len(api_as(root).get("/api/v1/models/").json()["results"]) == 2
    assert problem_of(api_as(officer).get("/api/v1/models/alpha/versions/1/artifact/"))[0] == 403


def test_the_owner_decides_over_rest(scientist: User, reader: User, two: Any, api_as: Callable[..., Client]) -> None:
    """S0-06: every change is recorded."""
    owner, other = api_as(scientist), api_as(reader)
    url = "/api/v1/models/alpha/grants/"
    given = owner.post(url, {"user": "reader", "level": "edit"}, content_type="application/json")
    assert given.status_code == 201, given.content
    # Who may edit does not decide who else may.
    for refused in (
        other.get(url),
        other.post(url, {"user": "reader"}, content_type="application/json"),
        other.delete(f"{url}{given.json()['id']}/"),
        other.patch("/api/v1/models/alpha/", {"is_restricted": False}, content_type="application/json"),
        other.patch("/api/v1/models/alpha/", {"owner": "reader"}, content_type="application/json"),
        other.put("/api/v1/models/alpha/access-code/", {}, content_type="application/json"),
    ):
        assert problem_of(refused) == (403, "access.not_manager")
    assert [row["user"] for row in owner.get(url).json()["results"]] == ["reader"]
    for said, code in (
        ({"user": "nobody"}, (404, "grant.holder_not_found")),
        ({"user": "reader", "group": "Viewer"}, (400, "grant.one_holder")),
        ({"user": "reader", "level": "all"}, (400, "grant.unknown_level")),
        ({"user": "reader", "expires_at": "2020-01-01T00:00:00Z"}, (400, "grant.over")),
        ({"user": "reader", "model": "beta"}, (400, "request.unknown_field")),
    ):
        assert problem_of(owner.post(url, said, content_type="application/json")) == code
    assert owner.delete(f"{url}{given.json()['id']}/").status_code == 204
    assert other.get("/api/v1/models/alpha/").status_code == 404
    events = AuditEvent.objects.filter(name__startswith="registry.grant.").order_by("id")
    assert [event.name for event in events] == ["registry.grant.given", "registry.grant.revoked"]
    assert "reader" not in str(events[0].details)


def test_what_cannot_be_set_is_refused_and_changes_nothing(scientist: User, api: Client) -> None:
    """S0-06: no mass assignment of what decides access."""
    for field, value in (
        ("owner", "someone"), ("id", "x"), ("is_restricted", True), ("deleted_at", None), ("access_code_hash", "x"),
        ("last_number", 5), ("created_at", "2020-01-01"),
    ):  # fmt: skip
        body = {"name": "gamma", "task_type": "regression", field: value}
        refused = api.post("/api/v1/models/", body, content_type="application/json")
        assert problem_of(refused) == (400, "request.unknown_field"), field
    assert not RegisteredModel.objects.filter(name="gamma").exists()
    model = make_model(make_user("owner"), "delta")
    before = RegisteredModel.objects.values().get(pk=model.pk)
    for field, value in (("is_restricted", True), ("needs_step_up", True), ("owner", "scientist")):
        refused = api.patch(
            "/api/v1/models/delta/", {field: value, "description": "x"}, content_type="application/json"
        )
        assert problem_of(refused) == (403, "access.not_manager"), field
    for field in ("name", "task_type", "access_code_hash", "last_number", "min_replicas", "deleted_at"):
        refused = api.patch("/api/v1/models/delta/", {field: "regression"}, content_type="application/json")
        assert problem_of(refused) == (400, "request.unknown_field"), field
    assert RegisteredModel.objects.values().get(pk=model.pk) == before


def test_datasets_lineage_runs_alerts_and_jobs_follow(
    scientist: User, reader: User, api_as: Callable[..., Client], client: Client
) -> None:
    """S0-06: no other way to the name."""
    from dataquality.models import QualityRun
    from dataquality.services import start_quality_run
    from modelops.jobs.models import Job
    from monitoring.alerts.services import raise_alert
    from monitoring.alerts.services.lifecycle import Source
    from monitoring.models import Alert, DriftRun
    from monitoring.models.alerts import AlertDelivery, Severity

    dataset = make_dataset(scientist, "payroll")
    version = make_dataset_version(dataset, scientist)
    model = make_model(scientist, "open-model")
    make_version(model, scientist, datasets=[version])
    run = start_quality_run(version, actor=actor_of(scientist))
    source = Source("dataquality.qualityrun", run.pk)
    raise_alert("q", "Quality of payroll v1 is low", body="", severity=Severity.HIGH, source=source, actor=ACTOR)
    assert Job.objects.visible_to(reader).count() == Alert.objects.visible_to(reader).count() == 1
    services.change_access(dataset, is_restricted=True, actor=ACTOR)
    for rows in (Dataset, DatasetVersion, QualityRun, DriftRun, Job, Alert, AlertDelivery):
        assert rows.objects.visible_to(reader).count() == 0, rows
    api = api_as(reader)
    for path in ("models/open-model/versions/1/", "datasets/", "quality-runs/", "alerts/", "jobs/"):
        answer = api.get(f"/api/v1/{path}")
        assert answer.status_code == 200
        assert b"payroll" not in answer.content, path
    sign_in(client, reader)
    for path in ("/", "/models/open-model/versions/1/", "/quality/", "/alerts/", "/jobs/", "/datasets/"):
        answer = client.get(path)
        assert b"payroll" not in answer.content, path
    assert problem_of(api.get("/api/v1/datasets/payroll/versions/1/")) == (404, "object.not_found")
    give(dataset, reader)
    assert QualityRun.objects.visible_to(reader).count() == Job.objects.visible_to(reader).count() == 1
    assert b"payroll" in api.get("/api/v1/models/open-model/versions/1/").content
    # And the other way: a restricted model does not show on the page of its data.
    services.change_access(model, is_restricted=True, actor=ACTOR)
    assert b"open-model" not in api.get("/api/v1/datasets/payroll/versions/1/").content
    assert b"open-model" not in client.get("/datasets/payroll/versions/1/").content


def test_a_form_that_is_refused_shows_nobody_without_a_row(scientist: User, portal: Client) -> None:
    """The page names who has access, whatever was sent to get it."""
    make_model(scientist, "alpha")
    for path, status in (("access/grants/", 422), ("access/code/", 422), ("access/", 200)):
        before = AuditEvent.objects.filter(name="registry.access.viewed").count()
        method = portal.get if status == 200 else portal.post
        assert method(f"/models/alpha/{path}").status_code == status, path
        assert AuditEvent.objects.filter(name="registry.access.viewed").count() == before + 1, path


def test_the_owner_decides_on_a_page(scientist: User, reader: User, portal: Client, client: Client) -> None:
    """S0-06."""
    make_model(scientist, "alpha")
    page = "/models/alpha/access/"
    assert portal.post(page, {"is_restricted": "on"}).status_code == 302
    assert RegisteredModel.objects.get(name="alpha").is_restricted
    assert portal.post(f"{page}grants/", {"user": "nobody", "level": "view"}).status_code == 422
    assert portal.post(f"{page}grants/", {"user": "reader", "level": "download"}).status_code == 302
    text = portal.get(page).content.decode()
    assert "reader" in text
    assert 'style="' not in text
    assert "Restricted" in portal.get("/models/alpha/").content.decode()
    other = sign_in(Client(), reader)
    assert other.get("/models/alpha/").status_code == 200
    assert other.get(page).status_code == 403
    grant = Grant.objects.get()
    assert portal.post(f"{page}grants/{grant.pk}/revoke/").status_code == 302
    assert other.get("/models/alpha/").status_code == 404
    make_dataset(scientist, "flights")
    assert portal.post("/datasets/flights/access/", {"is_restricted": "on"}).status_code == 302
    assert other.get("/datasets/flights/").status_code == 404


def test_grants_in_the_admin_go_through_the_service(two: Any, reader: User, client: Client) -> None:
    root = make_user("root")
    User.objects.filter(pk=root.pk).update(is_staff=True, is_superuser=True)
    sign_in(client, root)
    alpha, _ = two
    add = {"model": str(alpha.pk), "user": str(reader.pk), "level": "view"}
    assert client.post("/admin/grants/grant/add/", add | {"group": "1"}).status_code == 200
    assert client.post("/admin/grants/grant/add/", add).status_code == 302
    grant = Grant.objects.get()
    assert client.post(f"/admin/grants/grant/{grant.pk}/delete/", {"post": "yes"}).status_code == 302
    names = AuditEvent.objects.filter(name__startswith="registry.grant.").values_list("name", flat=True)
    assert sorted(names) == ["registry.grant.given", "registry.grant.revoked"]
    change = f"/admin/registry/registeredmodel/{alpha.pk}/change/"
    assert client.post(change, {"needs_step_up": "on"}).status_code == 302
    alpha.refresh_from_db()
    assert (alpha.is_restricted, alpha.needs_step_up) == (False, True)
    # From now on changing it asks for a fresh factor, in the admin too.
    answer = client.post(change, {})
    assert answer.headers["Location"].startswith("/account/confirm/?next=")
    assert ModelVersion.objects.filter(model=alpha).exists()


def test_what_has_expired_is_reviewed_no_more_and_removed_with_a_row(two: Any, reader: User) -> None:
    """S4-93: whatever is removed by the clock is told as if somebody had taken it away."""
    from compliance.retention.services import apply_retention
    from registry.grants.access_rights import grants

    alpha, beta = two
    over, standing = give(alpha, reader), give(beta, reader)
    Grant.objects.filter(pk=over.pk).update(expires_at=timezone.now())
    assert [right.key for right in grants()] == [str(standing.pk)]
    [applied] = [result for result in apply_retention(actor=ACTOR, execute=True) if result.key == "registry.grants"]
    assert (applied.due, applied.removed) == (1, 1)
    assert Grant.objects.get() == standing
    told = AuditEvent.objects.get(name="registry.grant.revoked")
    assert (told.target_id, told.actor_ref) == (str(alpha.pk), ACTOR.ref)
    assert "delete" in [change["operation"] for change in told.details["diff"]]


def test_levels_are_ordered() -> None:
    assert Level.highest(["view", "edit", "download"]) == Level.EDIT
    assert Level.highest([]) is None
    assert not Level.VIEW.covers(Level.DOWNLOAD)
