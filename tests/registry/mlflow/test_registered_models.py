"""Registered models over MLflow's protocol, as recorded of the real client and server."""

from typing import Any

import pytest
from django.test import Client

from registry.models import RegisteredModel
from tests.registry.mlflow.conftest import Wire
from tests.registry.mlflow.logging_files import register

pytestmark = pytest.mark.django_db
NO_PROMPTS = "tag.`mlflow.prompt.is_prompt` != 'true'"


def made(wire: Wire, name: str, **more: Any) -> dict[str, Any]:
    status, said = wire.post("registered-models/create", {"name": name, **more})
    assert status == 200, said
    found: dict[str, Any] = said["registered_model"]
    return found


def test_a_model_is_made_shown_described_and_deleted(wire: Wire) -> None:
    tags = [{"key": "team", "value": "risk"}, {"key": "n", "value": "12345"}]
    model = made(wire, "delay", tags=tags, description="dé ✓ 'quoted'")
    assert set(model) == {"name", "creation_timestamp", "last_updated_timestamp", "description", "tags"}
    assert model["tags"] == tags
    row = RegisteredModel.objects.get(name="delay")
    assert (row.owner.username, row.task_type, row.risk_class) == ("scientist", "other", "unclassified")

    status, said = wire.post("registered-models/create", {"name": "delay"})
    assert (status, said["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")
    assert said["message"].startswith("Registered Model (name=delay) already exists")

    status, said = wire.patch("registered-models/update", {"name": "delay", "description": "new"})
    assert (status, said["registered_model"]["description"]) == (200, "new")
    assert wire.get("registered-models/get", {"name": "delay"})[1]["registered_model"]["description"] == "new"

    assert wire.delete("registered-models/delete", {"name": "delay"}) == (200, {})
    row.refresh_from_db()
    assert row.is_deleted
    status, said = wire.get("registered-models/get", {"name": "delay"})
    assert (status, said["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert said["message"] == "Registered Model with name=delay not found"
    status, said = wire.post("registered-models/create", {"name": "delay"})
    assert (status, said["error_code"]) == (409, "RESOURCE_CONFLICT")
    assert "Restore it" in said["message"]


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "..", "two words", "<b>", "x" * 101])
def test_names_that_lead_elsewhere_are_refused(wire: Wire, name: str) -> None:
    status, said = wire.post("registered-models/create", {"name": name})
    assert (status, said["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    if not name:
        assert said["message"].startswith("Missing value for required parameter 'name'.")


def test_tags_change_show_in_the_portal_and_go(wire: Wire, scientist: Any) -> None:
    from tests.accounts.people import sign_in

    made(wire, "delay", tags=[{"key": "team", "value": "risk"}])
    for value in ("fraud", ""):
        assert wire.post("registered-models/set-tag", {"name": "delay", "key": "team", "value": value}) == (200, {})
        shown = wire.get("registered-models/get", {"name": "delay"})[1]["registered_model"]
        assert shown["tags"] == [{"key": "team", "value": value}]
    wire.post("registered-models/set-tag", {"name": "delay", "key": "items", "value": "<b>"})
    page = sign_in(Client(), scientist).get("/models/delay/").content.decode()
    assert "items: &lt;b&gt;" in page
    wire.delete("registered-models/delete-tag", {"name": "delay", "key": "items"})
    for _ in range(2):
        assert wire.delete("registered-models/delete-tag", {"name": "delay", "key": "team"}) == (200, {})
    assert "tags" not in wire.get("registered-models/get", {"name": "delay"})[1]["registered_model"]


def test_a_model_takes_versions_and_tags_along_when_it_is_renamed(wire: Wire) -> None:
    made(wire, "delay", tags=[{"key": "team", "value": "risk"}])
    register(wire, "delay")
    status, said = wire.post("registered-models/rename", {"name": "delay", "new_name": "lateness"})
    assert status == 200, said
    model = said["registered_model"]
    assert (model["name"], model["tags"]) == ("lateness", [{"key": "team", "value": "risk"}])
    assert [(one["name"], one["version"]) for one in model["latest_versions"]] == [("lateness", "1")]
    assert wire.get("registered-models/get", {"name": "delay"})[0] == 404
    status, said = wire.post("registered-models/create", {"name": "delay"})
    assert (status, said["code"]) == (409, "model.name_retired")


def names(answer: tuple[int, Any]) -> list[str]:
    status, said = answer
    assert status == 200, said
    return [one["name"] for one in said.get("registered_models", [])]


def search(wire: Wire, text: str = NO_PROMPTS, **more: Any) -> tuple[int, Any]:
    answer: tuple[int, Any] = wire.get("registered-models/search", {"filter": text, **more})
    return answer


def test_a_search_compares_names_and_tags(wire: Wire) -> None:
    made(wire, "alpha", tags=[{"key": "team", "value": "Risk"}, {"key": "a b", "value": "1"}])
    made(wire, "beta", tags=[{"key": "team", "value": "fraud"}])
    made(wire, "gamma")
    made(wire, "greeting", tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}])
    found = {
        "": ["alpha", "beta", "gamma", "greeting"],
        NO_PROMPTS: ["alpha", "beta", "gamma"],
        "tags.`mlflow.prompt.is_prompt` = 'true'": ["greeting"],
        f"name = 'beta' AND {NO_PROMPTS}": ["beta"],
        "name != 'beta' and name != 'greeting'": ["alpha", "gamma"],
        "name LIKE '%a'": ["alpha", "beta", "gamma"],
        "name LIKE 'A%'": [],
        "name ILIKE 'A%'": ["alpha"],
        "name LIKE 'al_ha'": ["alpha"],
        r"name LIKE 'alpha\'": [],
        "name IN ('alpha', 'gamma')": ["alpha", "gamma"],
        "name NOT IN ('alpha', 'gamma', 'greeting')": ["beta"],
        "tags.team = 'Risk'": ["alpha"],
        "tag.team != 'Risk'": ["beta"],
        "tags.team LIKE 'risk'": [],
        "tags.team ILIKE 'risk'": ["alpha"],
        "tags.\"a b\" = '1'": ["alpha"],
        "tags.`a'' OR 1=1 --` = '1'": [],
        "attribute.name = 'it''s'": [],
    }
    assert {text: names(search(wire, text)) for text in found} == found


def test_a_search_is_sorted_and_comes_in_pages(wire: Wire) -> None:
    for name in ("c", "a", "b"):
        made(wire, name)
    assert names(search(wire)) == ["a", "b", "c"]
    assert names(search(wire, order_by=["name DESC"])) == ["c", "b", "a"]
    assert names(search(wire, order_by=["creation_timestamp ASC", "name DESC"])) == ["c", "a", "b"]
    status, said = search(wire, max_results=2)
    assert names((status, said)) == ["a", "b"]
    rest = search(wire, max_results=2, page_token=said["next_page_token"])
    assert names(rest) == ["c"]
    assert "next_page_token" not in rest[1]
    for wrong, message in {
        "page_token": "Invalid page token, could not base64-decode",
        "max_results": "Invalid value 1001 for parameter 'max_results'",
        "order_by": "Invalid attribute key 'nothing' specified",
    }.items():
        value = {"page_token": "?!", "max_results": "1001", "order_by": "nothing"}[wrong]
        status, said = search(wire, **{wrong: value})
        assert (status, said["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
        assert said["message"].startswith(message)


def test_a_restricted_model_is_not_there_for_others(wire: Wire) -> None:
    from tests.accounts.people import make_user

    owner = make_user("somebody_else", "Data scientist")
    RegisteredModel.objects.create(name="secret", task_type="other", owner=owner, is_restricted=True)
    assert names(search(wire)) == []
    assert wire.get("registered-models/get", {"name": "secret"})[0] == 404
    assert wire.post("registered-models/set-tag", {"name": "secret", "key": "a", "value": "b"})[0] == 404


def test_a_reader_registers_nothing(db: None) -> None:
    """Registering needs the permissions that the REST interface asks for."""
    from tests.accounts.people import make_user
    from tests.registry.mlflow.conftest import issue_key

    wire = Wire(issue_key(make_user("officer", "Compliance officer")))
    status, said = wire.post("registered-models/create", {"name": "delay"})
    assert (status, said["error_code"]) == (403, "PERMISSION_DENIED")


def test_a_page_of_models_costs_the_same_number_of_statements(wire: Wire) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for first in (0, 3):
        for number in range(first, first + 3):
            made(wire, f"model-{number}")
            register(wire, f"model-{number}")
        search(wire)
        with CaptureQueriesContext(connection) as queries:
            assert len(search(wire)[1]["registered_models"]) == first + 3
        counts.append(len(queries))
    assert counts[0] == counts[1]
