"""Every POST of the interface can be repeated, or stands here with the reason why not."""

import pytest
from django.urls import URLPattern

from modelops.rest.idempotency import IdempotentPost
from tests.interface import document

from .test_routes import ALL

NOT_REPEATED = {
    "api/v1/auth/token/": "there is no account yet, and the answer is a pair of tokens",
    "api/v1/auth/token-exchange/": "the token of a job is exchanged once by itself",
    "api/v1/auth/token/refresh/": "a refresh token is used once by itself",
    "api/v1/auth/token/revoke/": "ending a sign-in twice is the same as once",
}
POSTS = [
    (route, pattern)
    for route, pattern in ALL
    if route.startswith(("api/v1/", "mlflow/")) and hasattr(pattern.callback, "cls")
]


@pytest.mark.parametrize(("route", "pattern"), POSTS)
def test_every_post_takes_an_idempotency_key(route: str, pattern: URLPattern) -> None:
    view = pattern.callback.cls  # type: ignore[attr-defined]
    if not hasattr(view, "post"):
        return
    assert (IdempotentPost in view.permission_classes) != (route in NOT_REPEATED), route


def test_the_exceptions_exist() -> None:
    assert set(NOT_REPEATED) <= {route for route, _ in POSTS}


def test_the_openapi_document_shows_the_header() -> None:
    for path, operations in document()["paths"].items():
        names = {parameter["name"] for parameter in operations.get("post", {}).get("parameters", [])}
        if "post" in operations:
            assert ("Idempotency-Key" in names) != (path.lstrip("/") in NOT_REPEATED), path
