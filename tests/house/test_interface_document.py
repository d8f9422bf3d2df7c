"""The OpenAPI document speaks of every route of the REST interface, and of answers that say something."""

import re
from typing import Any

import pytest
from django.test import Client

from tests import interface
from tests.accounts.people import make_user, sign_in

from .test_routes import ALL, OPEN

REST = [(route, pattern) for route, pattern in ALL if route.startswith("api/v1/")]
# What only a browser's discovery asks for is no operation.
_METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it is generated from the code."""
    return interface.document()


def test_every_route_and_method_is_in_the_document(document: dict[str, Any]) -> None:
    """S0-53: 100 % of the routes of the interface, compared with the router."""
    # The document calls a primary key by its field's name, so the names of parameters are left out.
    there = {
        f"{method} {re.sub('{.*?}', '{}', path)}" for path, methods in document["paths"].items() for method in methods
    }
    wanted = set()
    for route, pattern in REST:
        view = pattern.callback.cls  # type: ignore[attr-defined]
        path = "/" + re.sub("<.*?>", "{}", route)
        offered = {name for name in view.http_method_names if name in _METHODS and hasattr(view, name)}
        wanted |= {f"{method} {path}" for method in offered}
    assert len(wanted) > 150
    assert sorted(wanted - there) == []
    assert document["openapi"].startswith("3.1")
    assert OPEN


def test_no_answer_is_only_a_yes_or_no(document: dict[str, Any]) -> None:
    """S0-42: an answer says what came of it; what failed is a problem with a code of its own."""
    bare = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation.get("responses", {}).items():
                for content in answer.get("content", {}).values():
                    schema = _resolved(document, content.get("schema", {}))
                    kinds = [str(_resolved(document, one).get("type")) for one in schema.get("properties", {}).values()]
                    if schema.get("type") == "boolean" or (kinds and set(kinds) == {"boolean"}):
                        bare.append(f"{method} {path} {status}")
    assert bare == []


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


@pytest.mark.django_db
def test_the_page_of_the_interface_is_for_whoever_signed_in() -> None:
    """S3-61: it loads for an account of any role; a stranger is sent to sign in."""
    away = Client().get("/api/docs/")
    assert (away.status_code, away["Location"].partition("?")[0]) == (302, "/sign-in/")
    answer = sign_in(Client(), make_user("viewer", "Viewer")).get("/api/docs/")
    assert answer.status_code == 200
    assert "swagger-ui" in answer.content.decode()
