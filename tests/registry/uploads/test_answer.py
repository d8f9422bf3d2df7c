"""The answer to a stored version, held against the published schema."""

from typing import Any

import jsonschema
import pytest
from django.test import Client

from tests.interface import document
from tests.registry.samples import CSV, make_dataset, make_model, pickled, safetensors

from .sending import VERSIONS

pytestmark = pytest.mark.django_db
NAMED = {
    "version", "digest", "digests", "size", "cipher", "codec", "key_version", "locations", "state", "created_at",
}  # fmt: skip


def check(answer: Any, name: str) -> dict[str, Any]:
    """The answer has every field of the schema, and fits it."""
    assert answer.status_code == 201, answer.content
    components = document()["components"]
    schema = {**components["schemas"][name], "components": components}
    said: dict[str, Any] = answer.json()
    jsonschema.Draft202012Validator(schema).validate(said)
    assert NAMED <= set(said) == set(schema["properties"])
    return said


def test_a_stored_model_version_is_answered_for_in_full(api: Client, scientist: Any) -> None:
    """S1-08."""
    make_model(scientist)
    said = check(api.post(VERSIONS, safetensors(), content_type="application/octet-stream"), "ModelVersionOut")
    assert (said["version"], said["state"], said["key_version"], said["codec"]) == (1, "quarantined", 1, "none")
    assert said["cipher"] == "AES-256-GCM/HKDF-SHA-256/segmented"
    assert {"location": "local", "state": "stored"} in said["locations"]
    assert len(said["digest"]["sha256"]) == 64
    again = api.post(VERSIONS, pickled(), content_type="application/octet-stream")
    assert check(again, "ModelVersionOut")["scan"]["state"] == "waiting"


def test_a_stored_dataset_version_is_answered_for_in_full(api: Client, scientist: Any) -> None:
    """S1-08."""
    make_dataset(scientist)
    answer = api.post("/api/v1/datasets/flights/versions/", CSV, content_type="application/octet-stream")
    said = check(answer, "DatasetVersionOut")
    assert (said["version"], said["state"], said["rows"]) == (1, "ready", 3)
