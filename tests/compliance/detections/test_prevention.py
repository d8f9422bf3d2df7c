"""What looks like an attack is data here: no word is refused."""

import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from compliance.detections import services
from tests.portal.people import key_for


@pytest.mark.django_db
def test_a_model_with_a_suspicious_name_is_a_model_like_any_other() -> None:
    """S4-97: no word is refused."""
    client = Client(headers={"Authorization": f"Bearer {key_for('scientist', 'Data scientist')}"})
    body = {"name": "drop-out-select", "task_type": "regression", "description": "'; DROP TABLE users; --"}
    made = client.post("/api/v1/models/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert client.get("/api/v1/models/drop-out-select/").json()["description"] == body["description"]
    assert services.look() == 0


def test_text_of_a_user_never_becomes_sql() -> None:
    """S4-97: the linter's rule against SQL made of text is on for the program."""
    lint = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert "S608" not in lint["ignore"]
    assert [where for where, rules in lint["per-file-ignores"].items() if "S608" in rules] == ["tests/**"]
