"""The page of models that a client asks for by itself says what every other way of showing a model says."""

import json
from typing import Any

import pytest

from registry.mlflow import finding
from registry.mlflow.first_page import answer_of, page_texts
from registry.models import ModelVersion, RegisteredModel
from tests.accounts.people import make_user
from tests.scans import scan_waiting

from .conftest import Wire, issue_key
from .logging_files import register
from .test_registered_models import made, search

pytestmark = pytest.mark.django_db
ODD = 'dé "quoted" \\ \x7f \u2028 </script> \U0001f6eb'


def shown_otherwise(user: Any, prompts: bool | None = None, name: str = "") -> list[str]:
    """The same models by the statements that every model can be shown with, as JSON."""
    found = finding.first_models(user, 1000, prompts, bool(name), name=name)
    return [json.dumps(one) for one in finding.models_shown(user, finding.model_rows(user, found))]


@pytest.fixture
def engineer(db: None) -> Any:
    """Who may archive and set aliases."""
    return make_user("engineer", "ML engineer")


def test_every_kind_of_model_is_shown_as_elsewhere(wire: Wire, scientist: Any, engineer: Any) -> None:
    from registry.aliases.models import Alias
    from registry.labels.models import VersionLabels

    made(wire, "without-versions")
    made(wire, "with-words", description=ODD, tags=[{"key": 't"e', "value": ODD}, {"key": "n", "value": "1"}])
    for name in ("alias-of-older", "archived-newest", "archived-older", "staged-newest", "staged-older", "gone-newest"):
        made(wire, name)
        for _ in range(2):
            register(wire, name, run_link="https://runs.example/1", description=ODD)
    made(wire, "tagged")
    register(wire, "tagged", tags=[{"key": "mlflow.x", "value": ODD}])
    scan_waiting()
    made(wire, "pending")
    register(wire, "pending")

    def version(name: str, number: int) -> Any:
        return ModelVersion.objects.get(model__name=name, number=number)

    for name, alias, number in (
        ("alias-of-older", "b", 1), ("alias-of-older", "a", 1), ("alias-of-older", "c", 2),
        ("staged-newest", "production", 2), ("staged-newest", "x", 2), ("staged-older", "staging", 1),
    ):  # fmt: skip
        one = version(name, number)
        Alias.objects.create(model=one.model, name=alias, version=one)
    for name, number in (("archived-newest", 2), ("archived-older", 1)):
        VersionLabels.objects.filter(version=version(name, number)).update(is_archived=True)
    last = version("gone-newest", 2)
    assert wire.delete("model-versions/delete", {"name": "gone-newest", "version": "2"})[0] == 200, last
    # One that never had a row of labels, as a version that the portal's own API added.
    VersionLabels.objects.filter(version=version("alias-of-older", 2)).delete()

    for user in (scientist, engineer):
        texts = page_texts(user, 1000, None, "")
        assert texts == shown_otherwise(user)
        assert len(texts) == 10
        page = search(Wire(issue_key(user)))[1]["registered_models"]
        assert page == [json.loads(text) for text in texts]
    stages = {
        one["name"]: [version["current_stage"] for version in one.get("latest_versions", [])]
        for one in map(json.loads, texts)
    }
    assert stages["archived-newest"] == ["None", "Archived"]
    assert stages["staged-older"] == ["Staging", "None"]
    assert stages["gone-newest"] == ["None"]
    assert stages["without-versions"] == []


def test_prompts_and_single_names_are_shown_as_elsewhere(wire: Wire, scientist: Any) -> None:
    made(wire, "delay")
    made(wire, "greeting", tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}])
    assert [json.loads(text)["name"] for text in page_texts(scientist, 10, True, "")] == ["greeting"]
    for prompts, name in ((True, ""), (False, ""), (None, "delay"), (False, "greeting"), (None, "none")):
        assert page_texts(scientist, 10, prompts, name) == shown_otherwise(scientist, prompts, name)


def test_who_sees_no_versions_is_shown_models_without_them(wire: Wire, scientist: Any) -> None:
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key

    made(wire, "delay")
    register(wire, "delay")
    scan_waiting()
    key = issue_api_key(
        scientist, name="narrow", scopes=["registry.view_registeredmodel"], days=1, actor=actor_of(scientist)
    )[1]
    [wide] = search(wire)[1]["registered_models"]
    [narrow] = search(Wire(key))[1]["registered_models"]
    assert "latest_versions" in wide
    assert narrow == search(Wire(key), "name = 'delay'", order_by=["name ASC"])[1]["registered_models"][0]


def test_a_restricted_model_and_a_full_page_are_as_elsewhere(wire: Wire, engineer: Any) -> None:
    for number in range(4):
        made(wire, f"model-{number}")
    RegisteredModel.objects.filter(name="model-1").update(is_restricted=True)
    status, said = search(Wire(issue_key(engineer)), max_results=2)
    assert [one["name"] for one in said["registered_models"]] == ["model-0", "model-2"]
    status, rest = search(Wire(issue_key(engineer)), max_results=2, page_token=said["next_page_token"])
    assert (status, [one["name"] for one in rest["registered_models"]]) == (200, ["model-3"])
    assert "next_page_token" not in rest


def test_an_answer_without_models_is_an_empty_object() -> None:
    assert answer_of([], "") == "{}"
    assert json.loads(answer_of(['{"name": "a"}', '{"name": "b"}'], "token")) == {
        "registered_models": [{"name": "a"}, {"name": "b"}],
        "next_page_token": "token",
    }


def test_a_page_is_one_statement(wire: Wire, django_assert_num_queries: Any) -> None:
    """Beside the one for the key."""
    for number in range(3):
        made(wire, f"model-{number}")
        register(wire, f"model-{number}")
    scan_waiting()
    search(wire)
    with django_assert_num_queries(2):
        assert len(search(wire)[1]["registered_models"]) == 3
