"""Which version is better: by a stored direction, derived anew each time."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.actors import actor_of
from accounts.models import User
from registry import services
from registry.models import ModelVersion, RegisteredModel
from registry.ranking.best import best_of, best_of_each, primary_metric
from registry.ranking.services import choose_metric
from tests.accounts.people import make_user
from tests.registry.answers import problem_of
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db


def versions(scientist: User, *metrics: dict[str, float], task: str = "regression", name: str = "m") -> RegisteredModel:
    model = services.register_model(name, task, actor=actor_of(scientist))
    for said in metrics:
        make_version(model, scientist, metrics=said)
    return model


def test_the_comparison_marks_the_better_one_by_its_direction(scientist: User, portal: Client, api: Client) -> None:
    """S0-19: rmse 1.5 before 2.0, accuracy .9 before .8; changing the primary metric ranks anew."""
    versions(scientist, {"rmse": 2.0, "accuracy": 0.9}, {"rmse": 1.5, "accuracy": 0.8})
    rows = api.get("/api/v1/models/m/compare/?versions=1,2").json()["metrics"]
    assert {row["name"]: (row["direction"], row["best"]) for row in rows} == {
        "rmse": ("minimise", 2),
        "accuracy": ("maximise", 1),
    }
    page = portal.get("/models/m/compare/?v=1&v=2").content.decode()
    assert page.count("<span>better</span>") == 2
    for metric, value, wins in (("rmse", "1.5", 2), ("accuracy", "0.9", 1)):
        row = page[page.index(f"<code>{metric}</code>") :]
        row = row[: row.index("</tr>")]
        cell = next(cell for cell in row.split("<td") if "<span>better</span>" in cell)
        assert f">{value} " in cell, (metric, cell)
        change = {"primary_metric": metric}
        assert api.patch("/api/v1/models/m/", change, content_type="application/json").status_code == 200
        assert api.get("/api/v1/models/m/best/").json()["version"] == wins


def test_the_stored_direction_decides_not_the_name_or_the_task(scientist: User, api: Client) -> None:
    """S0-19."""
    versions(scientist, {"score": 1.0}, {"score": 2.0}, task="regression")
    best = api.get("/api/v1/models/m/best/").json()
    assert (best["version"], best["ranking"]) == (
        1, {"metric": "score", "direction": "minimise", "value": 1.0, "is_proposed": True},
    )  # fmt: skip
    change = {"primary_metric": "score", "metric_directions": {"score": "maximise"}}
    changed = api.patch("/api/v1/models/m/", change, content_type="application/json").json()
    assert changed["metric_directions"] == {"score": "maximise"}
    best = api.get("/api/v1/models/m/best/").json()
    assert (best["version"], best["ranking"]["is_proposed"]) == (2, False)
    wrong = api.patch("/api/v1/models/m/", {"metric_directions": {"score": "up"}}, content_type="application/json")
    assert problem_of(wrong) == (400, "metric.unknown_direction")
    viewer = make_user("viewer", "Viewer")
    assert not viewer.has_perm("registry.change_registeredmodel")


def test_best_follows_uploads_and_deletions_and_no_reading(
    scientist: User, api: Client, portal: Client, api_as: Callable[..., Client]
) -> None:
    """S0-27, S0-28: score 0.95 is best; deleting it gives the next best; downloading changes nothing."""
    model = versions(scientist, {"score": 0.8}, {"score": 0.95}, {"score": 0.9}, task="binary_classification")
    before = RegisteredModel.objects.values().get(pk=model.pk)
    for _ in range(2):
        assert b"".join(api.get("/api/v1/models/m/versions/3/artifact/"))
        assert api.get("/api/v1/models/m/best/").json()["version"] == 2
        assert b"".join(portal.post("/models/m/versions/1/file/"))
    assert RegisteredModel.objects.values().get(pk=model.pk) == before
    assert api.delete("/api/v1/models/m/versions/2/?reason=wrong+data").status_code == 200
    assert api.get("/api/v1/models/m/best/").json()["version"] == 3
    api.post("/api/v1/models/m/versions/2/restore/")
    assert api.get("/api/v1/models/m/best/").json()["version"] == 2


def test_a_new_best_shows_a_badge_and_moves_no_alias(scientist: User, portal: Client) -> None:
    """S0-27: derived, with a text; the alias stays where it was put."""
    from registry.aliases.models import Alias

    model = versions(scientist, {"auc": 0.8}, task="binary_classification")
    Alias.objects.create(model=model, name="production", version=model.versions.get())
    assert "New best" not in portal.get("/models/m/").content.decode()
    make_version(model, scientist, metrics={"auc": 0.9})
    for page in ("/models/m/", "/models/m/versions/2/", "/models/"):
        assert "New best" in portal.get(page).content.decode(), page
    assert "New best" not in portal.get("/models/m/versions/1/").content.decode()
    assert Alias.objects.get(name="production").version.number == 1


def test_of_equal_values_the_older_is_best_and_what_is_missing_never(scientist: User, portal: Client) -> None:
    """S0-27."""
    model = versions(scientist, {"auc": 0.9}, {"auc": 0.9}, {"f1": 1.0}, {}, task="binary_classification")
    proposed = best_of(model)
    assert proposed is not None
    assert proposed.number == 3  # the newest version with metrics says f1 alone

    choose_metric(model, primary="auc", actor=actor_of(scientist))
    best = best_of(model)
    assert best is not None
    assert best.number == 1
    # What only the database could hold, such as a text, does not win either and breaks nothing.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registry_modelversion DISABLE TRIGGER registry_modelversion_immutable")
        cursor.execute("""UPDATE registry_modelversion SET metrics = '{"auc": "NaN"}' WHERE number = 4""")
        cursor.execute("""UPDATE registry_modelversion SET metrics = '{"auc": null}' WHERE number = 3""")
    assert best_of(model) == best
    page = portal.get("/models/m/compare/?v=1&v=2").content.decode()
    assert "the older counts" in page


def test_parameters_are_compared_with_permission_only(scientist: User, portal: Client, client: Client) -> None:
    """S0-19: and reading them is recorded."""
    from compliance.audit.models import AuditEvent
    from tests.accounts.people import sign_in

    model = make_model(scientist, "m")
    for depth in (3, 4):
        make_version(model, scientist, parameters={"depth": depth}, metrics={"auc": 0.5})
    page = "/models/m/compare/?v=1&v=2"
    assert "depth" not in portal.get(page).content.decode()
    shown = portal.post(page).content.decode()
    assert "depth" in shown
    assert "differs" in shown
    assert AuditEvent.objects.filter(name="registry.parameters.read").count() == 2
    viewer = sign_in(Client(), make_user("viewer", "Viewer"))
    assert viewer.get(page).status_code == 200
    assert viewer.post(page).status_code == 403


def test_a_list_asks_a_fixed_number_of_queries(scientist: User, django_assert_num_queries: Any) -> None:
    models = [versions(scientist, {"rmse": number}, {"rmse": 1.0}, name=f"m{number}") for number in range(2, 8)]
    with django_assert_num_queries(2):
        found = best_of_each(models)
    assert {best.number for best in found.values()} == {2}
    empty = make_model(scientist, "empty")
    assert primary_metric(empty) is None
    assert best_of(empty) is None


def test_no_best_and_bad_comparisons_say_so(scientist: User, api: Client) -> None:
    model = make_model(scientist, "m")
    assert problem_of(api.get("/api/v1/models/m/best/")) == (404, "model.no_best")
    make_version(model, scientist)
    for asked, code in (
        ("", (400, "comparison.versions")),
        ("1", (400, "comparison.versions")),
        ("1,x", (400, "comparison.versions")),
        ("1,2", (404, "version.not_found")),
        (",".join(str(number) for number in range(1, 10)), (400, "comparison.versions")),
    ):
        assert problem_of(api.get(f"/api/v1/models/m/compare/?versions={asked}")) == code, asked


def test_the_metric_is_chosen_on_a_page(scientist: User, portal: Client) -> None:
    """S0-19."""
    model = versions(scientist, {"rmse": 2.0, "mae": 1.0}, {"rmse": 1.0, "mae": 2.0})
    assert "A proposal" in portal.get("/models/m/metric/").content.decode()
    sent = portal.post("/models/m/metric/", {"metric": "mae", "direction": "minimise"})
    assert sent.status_code == 302
    model.refresh_from_db()
    assert (model.primary_metric, model.metric_directions) == ("mae", {"mae": "minimise"})
    best = best_of(model)
    assert best is not None
    assert best.number == 1
    assert ModelVersion.objects.filter(model=model).count() == 2
