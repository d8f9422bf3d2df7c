"""The OpenAPI document tells each status that an operation was seen to answer, and which acts ask for a factor."""

import re
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.fresh_acts import asked_at, needs_fresh_factor
from compliance.audit.coverage.walking import all_routes
from tests.roles import table


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    """By method and path, with every parameter written alike."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {
        f"{method.upper()} {re.sub('{[^}]+}', '{}', path)}": {"path": path, **operation}
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    }


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
