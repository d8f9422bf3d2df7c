"""Stages over MLflow's protocol: aliases by another name."""

from typing import Any

import pytest

from registry.aliases.models import Alias
from tests.registry.mlflow.conftest import Wire
from tests.registry.mlflow.logging_files import logged_model, register
from tests.registry.mlflow.test_aliases import engineer as engineer
from tests.registry.promotion.promoting import promote
from tests.scans import scan_waiting

pytestmark = pytest.mark.django_db
TRANSITION = "model-versions/transition-stage"


@pytest.fixture
def two(engineer: Wire) -> Wire:
    """Two clean versions of a model."""
    engineer.post("registered-models/create", {"name": "delay"})
    logged = logged_model(engineer)
    for _ in range(2):
        register(engineer, "delay", logged)
    scan_waiting()
    return engineer


def move(wire: Wire, version: str, stage: str, *, archive: bool = False) -> tuple[int, Any]:
    sent = {"name": "delay", "version": version, "stage": stage, "archive_existing_versions": archive}
    answer: tuple[int, Any] = wire.post(TRANSITION, sent)
    return answer


def stages(wire: Wire) -> dict[str, str]:
    said = wire.get("model-versions/search", {"filter": "name = 'delay'"})[1]
    return {one["version"]: one["current_stage"] for one in said["model_versions"]}


def test_staging_is_an_alias_and_the_one_before_is_archived_when_asked(two: Wire) -> None:
    status, said = move(two, "1", "staging")
    assert (status, said["model_version"]["current_stage"]) == (200, "Staging")
    assert Alias.objects.get().name == "staging"
    assert move(two, "2", "Staging", archive=True)[0] == 200
    assert stages(two) == {"1": "Archived", "2": "Staging"}
    assert move(two, "1", "None")[0] == 200
    assert move(two, "2", "Archived")[0] == 200
    assert stages(two) == {"1": "None", "2": "Archived"}
    assert not Alias.objects.exists()


def test_the_newest_version_of_each_stage(two: Wire) -> None:
    move(two, "1", "Staging")
    for method in (two.post, two.get):
        said = method("registered-models/get-latest-versions", {"name": "delay"})[1]
        assert [(one["version"], one["current_stage"]) for one in said["model_versions"]] == [
            ("1", "Staging"),
            ("2", "None"),
        ]
        said = method("registered-models/get-latest-versions", {"name": "delay", "stages": ["staging"]})[1]
        assert [one["version"] for one in said["model_versions"]] == ["1"]


def test_production_is_protected(two: Wire) -> None:
    from registry.models import ModelVersion
    from registry.promotion.models import Promotion
    from tests.registry.promotion.promoting import be_lenient

    version = ModelVersion.objects.get(number=1)
    be_lenient(version.model)
    status, said = move(two, "1", "Production", archive=True)
    assert (status, said["error_code"]) == (403, "PERMISSION_DENIED")
    assert f"/promotions/{Promotion.objects.get().pk}/" in said["message"]
    assert stages(two) == {"1": "None", "2": "None"}
    Promotion.objects.all().delete()
    promote(version)
    assert stages(two) == {"1": "Production", "2": "None"}
    assert move(two, "1", "Production")[0] == 200


def test_a_stage_has_one_of_four_names(two: Wire) -> None:
    status, said = move(two, "1", "Nonsense")
    assert (status, said["message"]) == (
        400,
        "Invalid Model Version stage: Nonsense. Value must be one of None, Staging, Production, Archived.",
    )
