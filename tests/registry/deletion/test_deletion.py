"""What is deleted is hidden, can come back until its date, and is then gone with its files."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.retention.services import apply_retention
from modelops.lib.errors import Conflict, Invalid
from registry import deletion
from registry.deletion.keeping import _reasons
from registry.deletion.purging import count_due, purge_due
from registry.models import Artifact, ArtifactCopy, Dataset, DatasetVersion, ModelVersion, RegisteredModel, RetiredName
from tests.accounts.conftest import Clock
from tests.accounts.people import make_user, sign_in
from tests.registry.answers import problem_of
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr(timezone, "now", own.now)
    return own


def purge(capture: Any) -> Any:
    with capture(execute=True):
        return purge_due(actor=ACTOR)


def test_the_same_upload_makes_a_new_version_and_leaves_the_old_digest(scientist: User, api: Client) -> None:
    """S0-24: nothing is overwritten."""
    model = make_model(scientist)
    first = make_version(model, scientist, safetensors(b"\1" * 16))
    before = Artifact.objects.values().get(pk=first.artifact_id)
    second = make_version(model, scientist, safetensors(b"\2" * 16))
    same = make_version(model, scientist, safetensors(b"\2" * 16))
    assert (first.number, second.number, same.number) == (1, 2, 3)
    assert Artifact.objects.values().get(pk=first.artifact_id) == before
    assert second.artifact.sha256 == same.artifact.sha256 != first.artifact.sha256


def test_a_deleted_version_is_hidden_until_it_is_restored(
    scientist: User, api: Client, api_as: Callable[..., Client]
) -> None:
    """S0-24: restored until its purge date, hidden from everything meanwhile."""
    model = make_model(scientist)
    make_version(model, scientist, metrics={"auc": 0.9})
    make_version(model, scientist, metrics={"auc": 0.8})
    url = f"/api/v1/models/{model}/versions/"
    assert problem_of(api.delete(f"{url}1/")) == (400, "deletion.reason_missing")
    answer = api.delete(f"{url}1/", {"reason": "trained on the wrong month"}, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["deletion_reason"] == "trained on the wrong month"
    assert answer.json()["purge_after"] > answer.json()["deleted_at"]
    assert [row["version"] for row in api.get(url).json()["results"]] == [2]
    for path in ("1/", "1/artifact/", "1/parameters/"):
        assert api.get(f"{url}{path}").status_code == 404, path
    assert problem_of(api.post(f"{url}1/verify/"))[0] == 404
    [row] = api.get(f"{url}?deleted=true").json()["results"]
    assert (row["version"], row["deletion_reason"]) == (1, "trained on the wrong month")
    viewer = api_as(make_user("viewer", "Viewer"))
    assert viewer.get(f"{url}?deleted=true").json()["results"] == []
    assert viewer.get(f"{url}1/?deleted=true").status_code == 404
    assert problem_of(viewer.delete(f"{url}2/?reason=x")) == (403, "permission.denied")
    assert problem_of(viewer.post(f"{url}1/restore/")) == (403, "permission.denied")
    assert problem_of(api.delete(f"{url}1/?reason=again"))[0] == 404
    assert api.post(f"{url}1/restore/").status_code == 200
    assert problem_of(api.post(f"{url}1/restore/")) == (409, "deletion.not_deleted")
    assert [row["version"] for row in api.get(url).json()["results"]] == [2, 1]
    assert b"".join(api.get(f"{url}1/artifact/")) == safetensors()
    names = AuditEvent.objects.filter(name__in=["registry.version.deleted", "registry.version.restored"])
    assert names.count() == 2
    assert "wrong month" not in str(list(names.values_list("details", flat=True)))


def test_after_its_date_row_file_and_copies_are_gone_and_the_number_stays_used(
    scientist: User, clock: Clock, stored: Callable[[], list[Path]], django_capture_on_commit_callbacks: Any
) -> None:
    """S0-24."""
    model = make_model(scientist)
    make_version(model, scientist, safetensors(b"\1" * 16))
    gone = make_version(model, scientist, safetensors(b"\2" * 16))
    assert len(stored()) == 2
    with override_settings(MODELOPS_DELETED_KEPT_DAYS=7):
        deletion.delete(gone, "wrong", actor=actor_of(scientist))
    clock.forward(days=6, hours=23)
    assert count_due() == 0
    assert purge(django_capture_on_commit_callbacks).removed == 0
    clock.forward(hours=2)
    with pytest.raises(Conflict, match="could be restored until"):
        deletion.restore(gone, actor=ACTOR)
    assert purge(django_capture_on_commit_callbacks).removed == 1
    assert purge(django_capture_on_commit_callbacks).removed == 0
    assert len(stored()) == 1
    assert Artifact.objects.count() == ArtifactCopy.objects.values("artifact").distinct().count() == 1
    assert make_version(model, scientist).number == 3
    event = AuditEvent.objects.get(name="registry.version.purged")
    assert (event.details["version"], event.details["sha256"]) == (2, gone.artifact.sha256)
    assert event.target_id == str(gone.pk)


def test_a_model_takes_its_versions_along_and_its_name_is_retired(
    scientist: User,
    api: Client,
    clock: Clock,
    stored: Callable[[], list[Path]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    """S0-24: all or nothing comes back, and neither name nor file is given out again."""
    model = make_model(scientist, "alpha")
    make_version(model, scientist)
    assert api.delete("/api/v1/models/alpha/?reason=replaced").status_code == 200
    assert api.get("/api/v1/models/").json()["results"] == []
    assert api.get("/api/v1/models/alpha/versions/1/").status_code == 404
    assert [row["name"] for row in api.get("/api/v1/models/?deleted=true").json()["results"]] == ["alpha"]
    assert problem_of(api.post("/api/v1/models/alpha/versions/1/restore/")) == (409, "deletion.parent_deleted")
    again = {"name": "alpha", "task_type": "regression"}
    taken = api.post("/api/v1/models/", again, content_type="application/json")
    assert problem_of(taken) == (409, "model.name_taken")
    assert "deleted" in taken.json()["detail"]
    assert api.post("/api/v1/models/alpha/restore/").status_code == 200
    assert api.get("/api/v1/models/alpha/versions/1/").status_code == 200
    api.delete("/api/v1/models/alpha/?reason=replaced")
    clock.forward(days=31)
    assert purge(django_capture_on_commit_callbacks).removed == 2
    assert RegisteredModel.objects.count() == ModelVersion.objects.count() == Artifact.objects.count() == 0
    assert stored() == []
    assert RetiredName.objects.filter(kind="model", name="alpha").exists()
    retired = api.post("/api/v1/models/", again, content_type="application/json")
    assert problem_of(retired)[1] in {"model.name_retired", "auth.key_expired"}
    from registry.services import register_model

    with pytest.raises(Conflict, match="not given out again"):
        register_model("alpha", "regression", actor=ACTOR)


def test_lineage_and_reports_keep_data_and_say_so(
    scientist: User, clock: Clock, django_capture_on_commit_callbacks: Any, client: Client
) -> None:
    """S0-24: links keep working or block the purge with a reason."""
    from dataquality.services import start_quality_run

    data = make_dataset_version(make_dataset(scientist, "flights"), scientist)
    other = make_dataset_version(make_dataset(scientist, "trains"), scientist)
    version = make_version(make_model(scientist, "m"), scientist, datasets=[data])
    start_quality_run(other, actor=ACTOR)
    for row in (data, other):
        deletion.delete(row, "old", actor=ACTOR)
    page = sign_in(client, scientist).get(version.get_absolute_url()).content.decode()
    assert "flights v1" in page
    assert "Deleted" in page
    clock.forward(days=31)
    outcome = purge(django_capture_on_commit_callbacks)
    assert outcome.removed == 0
    assert "quality runs" in " ".join(outcome.held)
    assert DatasetVersion.objects.count() == 2
    assert AuditEvent.objects.filter(name="registry.dataset_version.purge_held").count() == 2
    assert purge(django_capture_on_commit_callbacks).held == []  # looked at again in a week
    deletion.delete(version, "old", actor=ACTOR)
    clock.forward(days=31)
    outcome = purge(django_capture_on_commit_callbacks)
    assert outcome.removed == 2  # the model version, and then the data that only it was made from
    assert not DatasetVersion.objects.filter(pk=data.pk).exists()


def test_what_an_alias_or_a_hold_needs_is_not_deleted(
    scientist: User, clock: Clock, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """S0-24: a legal hold is respected at deletion and at the purge."""
    from registry.aliases.models import Alias

    model = make_model(scientist, "m")
    version = make_version(model, scientist)
    alias = Alias.objects.create(model=model, name="production", version=version)
    for row in (version, model):
        with pytest.raises(Conflict, match="production"):
            deletion.delete(row, "old", actor=ACTOR)
    alias.delete()
    deletion.delete(version, "old", actor=ACTOR)
    clock.forward(days=31)
    monkeypatch.setattr("registry.deletion.keeping._reasons", [*_reasons, lambda row: "a legal hold is on it."])
    assert purge(django_capture_on_commit_callbacks).held == [f"{version}: a legal hold is on it."]
    assert ModelVersion.objects.filter(pk=version.pk).exists()


def test_the_clock_and_the_retention_command_purge(scientist: User, clock: Clock) -> None:
    from modelops.jobs.schedule import names

    assert "registry.purge_deleted" in names()
    deletion.delete(make_version(make_model(scientist), scientist), "old", actor=ACTOR)
    clock.forward(days=31)
    [applied] = [result for result in apply_retention(actor=ACTOR, execute=True) if result.key == "registry.models"]
    assert (applied.due, applied.removed) == (1, 1)


def test_pages_delete_with_a_reason_and_restore(scientist: User, portal: Client) -> None:
    """S0-24: buttons with a confirmation."""
    model = make_model(scientist, "alpha")
    make_version(model, scientist)
    assert "Delete" in portal.get("/models/alpha/versions/1/").content.decode()
    page = "/models/alpha/versions/1/delete/"
    assert "30 days" in portal.get(page).content.decode()
    assert portal.post(page, {"reason": " "}).status_code == 422
    assert portal.post(page, {"reason": "wrong file"}).status_code == 302
    shown = portal.get("/models/alpha/versions/1/").content.decode()
    assert "wrong file" in shown
    assert "Restore" in shown
    assert portal.post("/models/alpha/versions/1/file/").status_code == 404
    link = '<a href="/models/alpha/versions/1/">v1</a>'
    assert link not in portal.get("/models/alpha/").content.decode()
    assert link in portal.get("/models/alpha/?deleted=true").content.decode()
    viewer = sign_in(Client(), make_user("viewer", "Viewer"))
    assert viewer.get("/models/alpha/versions/1/").status_code == 404
    assert viewer.post("/models/alpha/versions/1/restore/").status_code == 403
    assert portal.post("/models/alpha/versions/1/restore/").status_code == 302
    assert viewer.get("/models/alpha/versions/1/").status_code == 200
    for kind, make in (("models", None), ("datasets", make_dataset)):
        if make:
            make_dataset_version(make(scientist, "alpha"), scientist)
            assert portal.post("/datasets/alpha/versions/1/delete/", {"reason": "x"}).status_code == 302
            assert portal.get("/datasets/alpha/versions/1/").status_code == 200
            assert portal.post("/datasets/alpha/versions/1/restore/").status_code == 302
        assert portal.post(f"/{kind}/alpha/delete/", {"reason": "x"}).status_code == 302
        row = f'<a href="/{kind}/alpha/">alpha</a>'
        assert row not in portal.get(f"/{kind}/").content.decode()
        assert row in portal.get(f"/{kind}/?deleted=true").content.decode()
        assert portal.post(f"/{kind}/alpha/restore/").status_code == 302
    assert Dataset.objects.get().deleted_at is None


def test_the_admin_deletes_and_restores(scientist: User, client: Client) -> None:
    root = make_user("root")
    User.objects.filter(pk=root.pk).update(is_staff=True, is_superuser=True)
    sign_in(client, root)
    version = make_version(make_model(scientist), scientist)
    page = "/admin/registry/modelversion/"
    act = {"_selected_action": [str(version.pk)], "action": "delete_for_a_while"}
    assert b"Say in 1 to" in client.post(page, act, follow=True).content
    assert client.post(page, act | {"reason": "old"}).status_code == 302
    version.refresh_from_db()
    assert version.is_deleted
    assert str(version.pk) in client.get(page).content.decode()
    client.post(page, {"_selected_action": [str(version.pk)], "action": "restore"})
    version.refresh_from_db()
    assert not version.is_deleted


def test_a_reason_is_short_and_the_database_wants_a_date(scientist: User) -> None:
    from django.db import IntegrityError, transaction

    version = make_version(make_model(scientist), scientist)
    for reason in ("", " \n", "x" * 301):
        with pytest.raises(Invalid):
            deletion.delete(version, reason, actor=ACTOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.update(deleted_at=timezone.now() - dt.timedelta(1))
