"""What looks like an attack is data here: no word is refused, and nothing breaks."""

import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.http import urlencode

from compliance.audit.coverage.walking import all_routes
from compliance.detections import services
from registry.models import RegisteredModel
from tests.portal.people import key_for

PAYLOADS = (
    "' OR '1'='1", "1; DROP TABLE registry_registeredmodel; --", "1) UNION SELECT NULL,version()-- -",
    "(SELECT pg_sleep(0))", "%27%20OR%201=1", "\\'; EXEC xp_cmdshell('x')", "<script>alert(1)</script>",
    "{{7*7}}${7*7}", "../../../../etc/passwd", "__import__('os').system('x')", "\x00", "𝕊ℚ𝕃",
)  # fmt: skip
PARAMETERS = (
    "q", "search", "filter", "name", "state", "kind", "severity", "sort", "order", "ordering", "page", "page_size",
    "cursor", "limit", "since", "until", "action", "actor", "target", "outcome", "days", "as", "model", "dataset",
    "version", "series", "key", "tag", "format", "deleted",
)  # fmt: skip


@pytest.mark.django_db
def test_a_model_with_a_suspicious_name_is_a_model_like_any_other() -> None:
    """S4-97: no word is refused."""
    client = Client(headers={"Authorization": f"Bearer {key_for('scientist', 'Data scientist')}"})
    body = {"name": "drop-out-select", "task_type": "regression", "description": "'; DROP TABLE users; --"}
    made = client.post("/api/v1/models/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert client.get("/api/v1/models/drop-out-select/").json()["description"] == body["description"]
    assert services.look() == 0


@pytest.mark.django_db
def test_payloads_in_every_parameter_break_nothing() -> None:
    """S4-97: each list of the interface with every parameter and every payload: an answer or a refusal, no error."""
    RegisteredModel.objects.create(name="still-here", task_type="regression")
    client = Client(headers={"Authorization": f"Bearer {key_for('officer', 'Compliance officer')}"})
    reading = [one.path for one in all_routes() if "<" not in one.path and "GET" in one.methods]
    lists = sorted({path for path in reading if path.startswith("api/v1/")})
    assert len(lists) > 30
    broken = []
    for number, path in enumerate(lists):
        # A few payloads for each list, others for the next one; each parameter gets another of them.
        for turn in range(2):
            given = {
                name: PAYLOADS[(number + turn * 5 + place) % len(PAYLOADS)] for place, name in enumerate(PARAMETERS)
            }
            answer = client.get(f"/{path}?{urlencode(given)}")
            if answer.status_code >= 500:
                broken.append((path, answer.status_code))
            if answer.streaming:
                b"".join(answer)  # type: ignore[arg-type]
    assert broken == []
    assert RegisteredModel.objects.filter(name="still-here").exists()


def test_text_of_a_user_never_becomes_sql() -> None:
    """S4-97: the linter's rule against SQL made of text is on for the program."""
    lint = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert "S608" not in lint["ignore"]
    assert [where for where, rules in lint["per-file-ignores"].items() if "S608" in rules] == ["tests/**"]
