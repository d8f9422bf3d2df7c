"""Names that can stand in addresses, and metadata that is bounded, stored as sent and shown as text."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.registry.answers import problem_of
from tests.registry.samples import make_model, safetensors

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["a/b", "../x", "x" * 101, "", "é", "a b", "a\x00b", ".hidden", "-x"])
def test_a_name_that_cannot_stand_in_an_address_is_refused(api: Client, name: str) -> None:
    """S4-31: over the interface; the description may be any text."""
    body = {"name": name, "task_type": "other", "description": "<b>Übersicht</b> 概要"}
    assert problem_of(api.post("/api/v1/models/", body, "application/json"))[0] == 400


def test_the_longest_name_and_any_description_are_taken_and_shown_as_text(api: Client, portal: Client) -> None:
    """S4-31, S4-33."""
    name = "x" * 98 + "-_"
    body = {"name": name, "task_type": "other", "description": "<b>Übersicht</b> 概要"}
    made = api.post("/api/v1/models/", body, "application/json")
    assert made.status_code == 201
    assert api.get(f"/api/v1/models/{name}/").json()["description"] == body["description"]
    page = portal.get(f"/models/{name}/").content.decode()
    assert "&lt;b&gt;Übersicht&lt;/b&gt; 概要" in page
    assert "<b>Übersicht" not in page


def send(api: Client, what: str, value: Any) -> Any:
    file = SimpleUploadedFile("m.safetensors", safetensors())
    return api.post("/api/v1/models/delay/versions/", {"file": file, what: json.dumps(value)})


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"x": value}
    return value


@pytest.mark.parametrize(
    "value",
    [
        nested(9),
        nested(5000),
        {"x": "y" * 65_536},
        {str(n): 1 for n in range(1001)},
        {"x": [{"y": n} for n in range(1001)]},
    ],
    ids=["nine deep", "thousands deep", "64 KiB", "1001 names", "1001 names further in"],
)
def test_metadata_over_a_limit_is_400(api: Client, scientist: Any, value: Any) -> None:
    """S4-32: never a 500."""
    make_model(scientist, name="delay")
    try:
        answer = send(api, "parameters", value)
    except RecursionError:  # the test's own writer cannot say it
        answer = api.post(
            "/api/v1/models/delay/versions/",
            {"file": SimpleUploadedFile("m", safetensors()), "parameters": '{"x":' * 5000 + "1" + "}" * 5000},
        )
    assert answer.status_code == 400, answer.content
    assert answer.headers["content-type"] == "application/problem+json"


def test_metadata_comes_back_as_sent_and_is_shown_as_text(api: Client, portal: Client, scientist: Any) -> None:
    """S4-33: nothing is stripped; the page escapes."""
    make_model(scientist, name="delay")
    assert send(api, "parameters", {"note": "<b>x</b>", "deep": nested(6)}).status_code == 201
    told = api.get("/api/v1/models/delay/versions/1/parameters/").json()
    assert told["parameters"]["note"] == "<b>x</b>"
    page = portal.post("/models/delay/versions/1/parameters/").content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page
