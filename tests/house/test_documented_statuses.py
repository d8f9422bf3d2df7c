"""The OpenAPI document tells each status that an operation answers, and none that it cannot."""

import re
from typing import Any

import pytest

from accounts.fresh_acts import asked_at, needs_fresh_factor
from compliance.audit.coverage.walking import all_routes
from tests.interface import document
from tests.roles import table


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    """By method and path, with every parameter written alike."""
    paths = document()["paths"]
    return {
        f"{method.upper()} {re.sub('{[^}]+}', '{}', path)}": {"path": path, **operation}
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    }


def names_an_object(operation: dict[str, Any]) -> bool:
    asked = [one for one in operation.get("parameters", ()) if one["in"] != "header"]
    return "requestBody" in operation or any(one.get("required") or one["name"] == "cursor" for one in asked)


def shape(act: str) -> str:
    method, _, route = act.partition(" ")
    return f"{method} /" + re.sub("<[^>]+>", "{}", route)


def test_what_the_table_of_roles_has_seen_is_documented(operations: dict[str, dict[str, Any]]) -> None:
    """S2-30: every route by every role, over REST."""
    silent = {
        act: sorted(missing)
        for act, cells in table.read().items()
        if " api/v1/" in act and (missing := set(cells.values()) - operations[shape(act)]["responses"].keys())
    }
    assert silent == {}


def test_nothing_is_documented_that_cannot_be(operations: dict[str, dict[str, Any]]) -> None:
    """S2-30: an answer to a body where none is taken, no object where none is named, refusals where all are welcome."""
    for name, operation in operations.items():
        told = operation["responses"].keys()
        if operation.get("security") == [] or operation.get("security") == [{}]:
            assert "403" not in told, name
        if not names_an_object(operation):
            assert "404" not in told, name
        if name.startswith("GET "):
            assert not told & {"413", "415", "422"}, name
            given = operation["responses"].get("200", {}).get("content", {})
            assert "409" not in told or set(given) != {"application/json"}, name


def test_an_operation_that_asks_for_a_factor_says_so(operations: dict[str, dict[str, Any]]) -> None:
    """S0-44: in the description of 401, and nowhere else."""
    asked = {
        shape(f"{method} {route.path}")
        for route in all_routes()
        for method in route.methods
        if route.path.startswith("api/v1/") and needs_fresh_factor(route.path, method)
    }
    said = {
        name
        for name, operation in operations.items()
        if asked_at(operation["path"], name.partition(" ")[0])
        and "step_up.required" in operation["responses"]["401"]["description"]
    }
    assert len(asked) > 20
    assert said == asked
