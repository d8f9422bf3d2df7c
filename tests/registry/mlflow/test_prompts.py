"""The prompt registry rides on registered models: a text is a sealed, scanned file of its version."""

from typing import Any

import pytest

from registry.models import ModelVersion
from tests.registry.mlflow.conftest import Wire
from tests.registry.mlflow.logging_files import logged_model
from tests.scans import scan_waiting

pytestmark = pytest.mark.django_db
IS_PROMPT = {"key": "mlflow.prompt.is_prompt", "value": "true"}


@pytest.fixture
def prompt(wire: Wire) -> str:
    """A prompt without a version."""
    assert wire.post("registered-models/create", {"name": "greeting", "tags": [IS_PROMPT]})[0] == 200
    return "greeting"


def added(wire: Wire, text: str | None = "Hello {{name}}", **more: Any) -> tuple[int, Any]:
    tags = [IS_PROMPT, {"key": "_mlflow_prompt_type", "value": "text"}]
    if text is not None:
        tags.append({"key": "mlflow.prompt.text", "value": text})
    sent = {"name": "greeting", "source": "dummy-source", "tags": tags, **more}
    answer: tuple[int, Any] = wire.post("model-versions/create", sent)
    return answer


def test_a_text_becomes_a_sealed_file_that_is_scanned(wire: Wire, prompt: str) -> None:
    text = "Hello {{name}}, " + "ü" * 5000
    status, said = added(wire, text)
    assert (status, said["model_version"]["status"]) == (200, "PENDING_REGISTRATION")
    scan_waiting()
    said = wire.get("model-versions/get", {"name": prompt, "version": "1"})[1]["model_version"]
    assert said["status"] == "READY"
    assert {"key": "mlflow.prompt.text", "value": text} in said["tags"]
    version = ModelVersion.objects.get(model__name=prompt)
    assert [(file.path, file.artifact.size) for file in version.files.all()] == [("prompt.txt", len(text.encode()))]


def test_the_text_of_a_version_never_changes(wire: Wire, prompt: str) -> None:
    added(wire)
    one = {"name": prompt, "version": "1", "key": "mlflow.prompt.text"}
    for status, said in (
        wire.post("model-versions/set-tag", {**one, "value": "other"}),
        wire.delete("model-versions/delete-tag", one),
    ):
        assert (status, said["code"]) == (409, "prompt.fixed")
    assert wire.post("model-versions/set-tag", {**one, "key": "team", "value": "a"}) == (200, {})


def test_a_prompt_has_a_text_and_no_files_and_stays_one(wire: Wire, prompt: str) -> None:
    for text in (None, ""):
        status, said = added(wire, text)
        assert (status, said["code"]) == (400, "prompt.no_text")
    status, said = added(wire, source=f"models:/{logged_model(wire).model_id}")
    assert (status, said["code"]) == (400, "source.elsewhere")
    for key, value in (("mlflow.prompt.is_prompt", "false"),):
        status, said = wire.post("registered-models/set-tag", {"name": prompt, "key": key, "value": value})
        assert (status, said["code"]) == (400, "labels.kind_fixed")


def test_lists_of_models_leave_prompts_out_unless_asked(wire: Wire, prompt: str, scientist: Any) -> None:
    from tests.registry.mlflow.conftest import issue_key

    wire.post("registered-models/create", {"name": "delay"})
    headers = {"Authorization": f"Bearer {issue_key(scientist)}"}

    def names(query: str) -> list[str]:
        answer = wire.client.get(f"/api/v1/models/{query}", headers=headers)
        assert answer.status_code == 200
        return sorted(one["name"] for one in answer.json()["results"])

    assert names("") == ["delay"]
    assert names("?q=e") == ["delay"]
    assert names("?prompts=true") == ["greeting"]
    assert names("?sort=name") == ["delay"]
