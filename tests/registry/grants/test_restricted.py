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
from registry.grants import services
from registry.grants.models import Grant, Level
from registry.models import Dataset, DatasetVersion, RegisteredModel
from tests.accounts.people import make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.registry.answers import problem_of
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")


def give(governed: Any, holder: Any, level: str = "view", **more: Any) -> Grant:
    return services.give(governed, holder, level, actor=ACTOR, **more)


def test_one_grant_shows_one_model_and_404_for_the_other(
    reader: User, two: Any, api_as: Callable[..., Client], client: Client
) -> None:
    """S0-06, S2-48: list, detail, API, admin and download."""
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


def test_datasets_lineage_runs_alerts_and_jobs_follow(
    scientist: User, reader: User, api_as: Callable[..., Client], client: Client
) -> None:
    """S0-06: no other way to the name."""
    from dataquality.models import QualityRun
    from dataquality.services import start_quality_run
    from modelops.jobs.models import Job
    from monitoring.alerts.services import Source, raise_alert
    from monitoring.models import Alert, DriftRun
    from monitoring.models.alerts import AlertDelivery, Severity

    dataset = make_dataset(scientist, "payroll")
    version = make_dataset_version(dataset, scientist)
    model = make_model(scientist, "open-model")
    make_version(model, scientist, datasets=[version])
    run = start_quality_run(version, actor=actor_of(scientist))
    source = Source("dataquality.qualityrun", run.pk)
    raise_alert("q", "Quality of payroll v1 is low", body="", severity=Severity.HIGH, source=source, actor=ACTOR)
    jobs = Job.objects.visible_to(reader).filter(kind="quality.run")  # the scan of the upload is another
    assert jobs.count() == Alert.objects.visible_to(reader).count() == 1
    services.change_access(dataset, is_restricted=True, actor=ACTOR)
    for rows in (Dataset, DatasetVersion, QualityRun, DriftRun, Alert, AlertDelivery):
        assert rows.objects.visible_to(reader).count() == 0, rows
    # Left is the scan of the upload to the model, which everybody may see.
    assert list(Job.objects.visible_to(reader).values_list("kind", flat=True)) == ["scanning.scan"]
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
    assert QualityRun.objects.visible_to(reader).count() == 1
    kinds = Job.objects.visible_to(reader).values_list("kind", flat=True)
    assert sorted(kinds) == ["quality.run", "scanning.scan"]
    assert b"payroll" in api.get("/api/v1/models/open-model/versions/1/").content
    # And the other way: a restricted model does not show on the page of its data.
    services.change_access(model, is_restricted=True, actor=ACTOR)
    assert b"open-model" not in api.get("/api/v1/datasets/payroll/versions/1/").content
    assert b"open-model" not in client.get("/datasets/payroll/versions/1/").content
    assert list(Job.objects.visible_to(reader).values_list("kind", flat=True)) == ["quality.run"]
    scan = Job.objects.get(kind="scanning.scan")
    assert problem_of(api.get(f"/api/v1/jobs/{scan.pk}/"))[0] == 404
    assert str(scan.pk).encode() not in api.get("/api/v1/jobs/").content
    assert str(scan.pk).encode() not in client.get("/jobs/").content


def test_levels_are_ordered() -> None:
    assert Level.highest(["view", "edit", "download"]) == Level.EDIT
    assert Level.highest([]) is None
    assert not Level.VIEW.covers(Level.DOWNLOAD)
