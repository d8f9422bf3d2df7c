"""The OpenAPI document on the wire."""

import json

import pytest
import yaml
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.interface import document as generated

pytestmark = pytest.mark.django_db


def test_the_document_is_the_same_in_both_forms_and_made_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-53: whoever asks again, with whatever parameter, causes no work."""
    as_yaml = client.get("/api/schema/")
    as_json = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert as_yaml["Content-Type"] == "application/vnd.oai.openapi"
    assert as_json["Content-Type"] == "application/vnd.oai.openapi+json"
    assert as_yaml["Content-Disposition"].endswith('.yaml"')
    document = json.loads(as_json.content)
    assert document["openapi"].startswith("3.1")
    assert yaml.safe_load(as_yaml.content) == document
    assert document["paths"].keys() == generated()["paths"].keys()

    monkeypatch.setattr(SchemaGenerator, "get_schema", None)
    assert client.get("/api/schema/?version=2").content == as_yaml.content
