"""What holds of every call: who may make it, and how it refuses."""

import base64
from typing import Any

import pytest
from django.test import Client

from registry.mlflow.urls import declared
from tests.registry.mlflow.conftest import Wire, issue_key

pytestmark = pytest.mark.django_db
CALLS = [one for one in declared() if "<path:rest>" not in one.route]
PROBE = "<script>alert(1)</script>"


def address(route: str) -> str:
    """A path for a route, with words that mean nothing."""
    parts = ["x" if part.startswith("<") else part for part in route.split("/")]
    return "/mlflow/" + "/".join(parts)


@pytest.mark.parametrize("call", CALLS, ids=lambda one: f"{one.method} {one.route}")
def test_no_call_is_open(call: Any, scientist: Any) -> None:
    """Without a credential, with a wrong one and with a session alone: 401 in the shape of the protocol."""
    from tests.accounts.people import sign_in

    key = issue_key(scientist)
    wrong = [
        "",
        "Bearer ",
        f"Bearer {key[:-1]}{'1' if key[-1] == '0' else '0'}",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Basic eDp5",
        "Digest x",
    ]
    clients = [Client(headers={"Authorization": one} if one else {}) for one in wrong]
    for client in [*clients, sign_in(Client(), scientist)]:
        answer = client.generic(call.method, address(call.route), b"{}", content_type="application/json")
        assert answer.status_code == 401, client.defaults
        assert answer.json()["error_code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("call", CALLS, ids=lambda one: f"{one.method} {one.route}")
def test_no_call_gives_markup_back_or_fails(call: Any, wire: Wire) -> None:
    """Markup and paths that lead out, in every field: JSON or a file to keep, never a page, never a failure."""
    for probe in (PROBE, "../../../etc/passwd", "%2e%2e%2fetc%2fpasswd", "http://169.254.169.254/", "a\\..\\b#?x"):
        sent: dict[str, Any] = dict.fromkeys(call.takes, probe)
        path = address(call.route)
        if call.method == "GET":
            answer = wire.client.get(path, sent)
        else:
            answer = wire.client.generic(call.method, path, _json(sent), content_type="application/json")
        assert answer.status_code < 500 or answer.status_code == 501, answer.content
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in {"application/json", "text/plain", "application/octet-stream"}, kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert b"root:" not in answer.getvalue()


def _json(sent: dict[str, Any]) -> bytes:
    import json

    return json.dumps(sent).encode()


def test_a_key_works_as_a_password(scientist: Any) -> None:
    """MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."""
    said = base64.b64encode(f"anybody:{issue_key(scientist)}".encode()).decode()
    answer = Client(headers={"Authorization": f"Basic {said}"}).get("/mlflow/api/3.0/mlflow/server-info")
    assert answer.status_code == 200
    assert answer.json()["multipart_uploads_enabled"] is False


def test_what_is_not_there_is_said_in_the_shape_of_the_protocol(wire: Wire) -> None:
    for method in ("get", "post"):
        status, said = getattr(wire, method)("traces", under="api/3.0/mlflow/")
        assert (status, said["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


def test_version_and_health(wire: Wire) -> None:
    assert wire.client.get("/mlflow/health").content == b"OK"
    assert wire.client.get("/mlflow/version").content == b"3.17.2"
