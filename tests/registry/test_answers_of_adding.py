"""What adding a version answers: where it is, or what exactly was wrong."""

import pytest
from django.test import Client

from tests.registry.samples import safetensors

pytestmark = pytest.mark.django_db
RAW = "application/octet-stream"
VERSIONS = "/api/v1/models/delays/versions/"


def test_success_is_201_with_its_address_and_each_failure_has_its_own_code(api: Client) -> None:
    """S0-42: no yes or no; status, Location and stable codes."""
    named = api.post("/api/v1/models/", {"name": "delays", "task_type": "regression"}, "application/json")
    assert (named.status_code, named.headers["Location"]) == (201, "/api/v1/models/delays/")
    assert api.get(named.headers["Location"]).json()["name"] == "delays"
    made = api.post(VERSIONS, safetensors(), RAW)
    assert (made.status_code, made.headers["Location"]) == (201, f"{VERSIONS}1/")
    assert api.get(made.headers["Location"]).json()["id"] == made.json()["id"]
    faults = {
        "model.unknown_task_type": api.post("/api/v1/models/", {"name": "other", "task_type": "x"}, "application/json"),
        "metrics.invalid": api.post(f"{VERSIONS}?metrics=auc=high", safetensors(), RAW),
        "upload.digest_mismatch": api.post(
            VERSIONS, safetensors(), RAW, headers={"Content-Digest": f"sha-256=:{'A' * 43}=:"}
        ),
        "dataset_version.not_found": api.post(f"{VERSIONS}?datasets=none:1", safetensors(), RAW),
        "object.not_found": api.post("/api/v1/models/none/versions/", safetensors(), RAW),
        "model.name_taken": api.post(
            "/api/v1/models/", {"name": "delays", "task_type": "regression"}, "application/json"
        ),
    }
    assert {code: answer.json()["code"] for code, answer in faults.items()} == {code: code for code in faults}
    assert {answer.headers["Content-Type"] for answer in faults.values()} == {"application/problem+json"}
