"""Pages of other origins: none by default, exactly those that are named, and never with cookies."""

import re
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from modelops.web.cross_origin import ANSWER_HEADERS, METHODS, REQUEST_HEADERS, origins

ALLOWED = "https://app.example.org"
OTHERS = (
    "https://app.example.org.evil.org", "https://evilapp.example.org", "https://app.example.org:8443",
    "http://app.example.org", "https://x.app.example.org", "https://app.example.org@evil.org", "null",
    "https://APP.example.org.", "https://app.example.org%60.evil.org", "https://app.example.orgx", "file://", "",
)  # fmt: skip

pytestmark = pytest.mark.django_db


def said(answer: Any) -> dict[str, str]:
    """Everything cross-origin that an answer says."""
    return {name.title(): value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


def preflight(client: Client, origin: str, where: str = "/api/v1/models/", headers: str = "authorization") -> Any:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    return client.options(where, headers=asked)


@pytest.fixture
def named(settings: Any) -> Client:
    settings.CORS_ALLOWED_ORIGINS = [ALLOWED]
    return Client()


def test_by_default_no_origin_is_answered(client: Client) -> None:
    """S4-49: not even the preflight."""
    for where in ("/api/v1/models/", "/api/schema/", "/", "/sign-in/", "/health/live", "/static/css/portal.css"):
        answer = client.get(where, headers={"Origin": ALLOWED})
        assert said(answer) == {}, where
        assert said(preflight(client, ALLOWED, where)) == {}, where
        b"".join(answer)
    assert preflight(client, ALLOWED).status_code == 401


def test_a_named_origin_is_answered_by_its_exact_name(named: Client) -> None:
    """S4-49, S4-50: never a star, never cookies; and caches keep origins apart."""
    answer = named.get("/api/v1/models/", headers={"Origin": ALLOWED})
    assert said(answer)["Access-Control-Allow-Origin"] == ALLOWED
    assert "Access-Control-Allow-Credentials" not in said(answer)
    assert "origin" in answer.headers["Vary"].lower()


@pytest.mark.parametrize("origin", OTHERS)
def test_no_other_origin_is_answered(named: Client, origin: str) -> None:
    """S4-49: neither by a suffix, a prefix, another port or scheme."""
    assert said(named.get("/api/v1/models/", headers={"Origin": origin})) == {}
    assert said(preflight(named, origin)) == {}


def test_only_the_interface_is_for_other_origins(named: Client) -> None:
    for where in ("/", "/sign-in/", "/admin/", "/health/live", "/metrics", "/api/docs/", "/static/css/portal.css"):
        answer = named.get(where, headers={"Origin": ALLOWED})
        assert said(answer) == {}, where
        b"".join(answer)


def test_a_preflight_names_methods_and_headers_one_by_one(named: Client) -> None:
    """S4-51, S4-52: X-Evil is not among them, and nothing is a star."""
    answer = preflight(named, ALLOWED, headers="authorization, x-evil")
    headers = said(answer)["Access-Control-Allow-Headers"].split(", ")
    assert (answer.status_code, headers) == (200, list(REQUEST_HEADERS))
    assert {"authorization", "content-type", "idempotency-key"} <= set(headers)
    assert not {"x-evil", "cookie", "x-csrftoken", "x-forwarded-for", "*"} & set(headers)
    assert said(answer)["Access-Control-Allow-Methods"].split(", ") == list(METHODS)
    assert said(answer)["Access-Control-Max-Age"] == "600"
    exposed = said(named.get("/api/v1/models/", headers={"Origin": ALLOWED}))["Access-Control-Expose-Headers"]
    assert exposed == ", ".join(ANSWER_HEADERS)


@pytest.mark.parametrize(
    "entry",
    [
        "*", "https://*.example.org", "null", "app.example.org", "https://app.example.org/", "https://app.example.org/x",
        "ftp://app.example.org", "https://", "https://user@app.example.org", "https://app.example.org?x",
    ],
)  # fmt: skip
def test_what_is_no_exact_origin_stops_the_start(entry: str) -> None:
    """S4-49, S4-50."""
    with pytest.raises(ImproperlyConfigured, match=re.escape(entry)):
        origins([ALLOWED, entry])
