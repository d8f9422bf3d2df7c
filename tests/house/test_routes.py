"""Every route of the house: known to the OpenAPI document, closed to strangers, and reached by the navigation."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from drf_spectacular import validation
from jsonschema_rs import validate

# Open to anybody, each for a reason.
OPEN = {
    "health/live": "a load balancer has no account",
    "health/ready": "names dependencies, never a reason",
    "metrics": "guarded by address or token, see test_health",
    "reports/content": "browsers report without an account; counted, bounded and never stored",
    "robots.txt": "tells search engines to stay away",
    ".well-known/security.txt": "tells strangers where to report a weakness",
    "sign-in/": "the way in",
    "sign-in/code/": "the second step of the way in",
    "sign-in/passkey/options/": "a challenge of random bits, the same for everybody",
    "sign-in/forgotten/": "for whoever cannot sign in; one answer for every name",
    "sign-in/new-password/<str:token>/": "the mailed token is the credential, and a second factor is asked for",
    "sign-in/keep-factor/<str:token>/": "the mailed token is the credential; it only keeps what is there",
    "sign-out/": "signing out twice harms nobody",
    "invitation/<str:token>/": "the token is the credential",
    "alerts/do/<str:token>/": "the signed token of a message is the credential, good for one act",
    "privacy/request/": "people without an account ask about their data; counted, and worked on after their mail alone",
    "privacy/bundle/<str:link>/": "the mailed token is the credential, and a code is asked for that came another way",
    "privacy/confirm/<str:link>/": "the mailed token is the credential, and a code is asked for",
    "mlflow/": "says nothing; it leads on by a part of the address that reaches no server",
    "api/schema/": "describes a published interface; a client reads it before it has a key",
    ".well-known/jwks.json": "public keys, for whoever checks tokens",
    "api/v1/auth/token-exchange/": "takes the token of a job",
    "api/v1/auth/token/": "takes the password",
    "api/v1/auth/token/refresh/": "takes the refresh token",
    "api/v1/auth/token/revoke/": "takes the refresh token",
}


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern


def address(route: str) -> str:
    """A concrete path for a route."""
    uuid = "00000000-0000-7000-8000-000000000000"
    kinds = {"uuid": uuid, "int": "1", "str": "x", "slug": "x", "path": uuid, "registry_kind": "models"}
    path = re.sub(r"<(?:(\w+):)?\w+>", lambda match: kinds.get(match.group(1) or "str", "x"), route)
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)|[$^\\?]", "x", path).replace("xx", "x")


ALL = [(route, pattern) for route, pattern in routes() if not route.startswith("admin/")]


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route, _ in ALL if route not in OPEN])
def test_a_stranger_gets_nothing(route: str, client: Client) -> None:
    """S4-11: pages send to the sign-in, the REST interface answers 401 as a problem."""
    for method in ("get", "post"):
        answer = getattr(client, method)(address(route))
        if answer.status_code == 405:
            continue
        if route.startswith("mlflow/"):
            assert answer.status_code == 401, (method, route, answer.status_code)
            assert answer.json()["error_code"] == "UNAUTHENTICATED"
        elif route.startswith("api/") and route != "api/docs/":
            assert answer.status_code == 401, (method, route, answer.status_code)
            if route.startswith("api/v1/"):
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["code"] == "auth.required"
        else:
            assert answer.status_code == 302, (method, route, answer.status_code)
            assert answer.headers["location"].startswith(reverse("accounts:sign-in")), route


@pytest.mark.parametrize(("route", "pattern"), [item for item in ALL if item[0].startswith(("api/v1/", "mlflow/"))])
def test_every_rest_view_declares_a_permission_for_each_method(route: str, pattern: URLPattern) -> None:
    if route in OPEN:
        return
    view = pattern.callback.cls  # type: ignore[attr-defined]
    methods = {name.upper() for name in view.http_method_names if hasattr(view, name)} - {"OPTIONS", "HEAD"}
    assert methods == set(view.required_permissions), route


def test_open_routes_exist() -> None:
    assert set(OPEN) <= {route for route, _ in ALL}


def test_the_openapi_document_is_complete_and_without_warnings(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Against the same schema of OpenAPI in a hundredth of the time.
    monkeypatch.setattr(validation.jsonschema, "validate", lambda instance, schema: validate(schema, instance))
    target = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    document = target.read_text()
    for resource in ("models/", "datasets/", "quality-runs/", "drift-runs/", "alerts/", "audit-events/", "jobs/"):
        assert f"/api/v1/{resource}:" in document


@pytest.mark.parametrize(
    "name",
    [
        "overview",
        "registry:model-list",
        "registry:dataset-list",
        "dataquality:run-list",
        "monitoring:drift-list",
        "monitoring:alert-list",
        "jobs:list",
        "accounts:security",
        "accounts:sign-in",
        "accounts:sign-out",
        "admin:index",
    ],
)
def test_the_navigation_leads_somewhere(name: str) -> None:
    assert reverse(name)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
