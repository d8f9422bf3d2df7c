"""Every answer carries the same headers, whoever made it."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from django.urls import path

import modelops.urls
from modelops.web.handler import handler
from modelops.web.headers import FIXED, guarded
from tests.accounts.people import make_user, sign_in
from tests.house.test_routes import address, routes

pytestmark = pytest.mark.django_db


def failing(request: Any) -> HttpResponse:
    raise RuntimeError("canary-of-a-stack-trace")


class WithAFailure:
    """The portal's routes and one whose view fails."""

    urlpatterns = [path("failing/", failing), path("api/v1/failing/", failing), *modelops.urls.urlpatterns]
    handler400, handler403 = modelops.urls.handler400, modelops.urls.handler403
    handler404, handler500 = modelops.urls.handler404, modelops.urls.handler500


def wrong(answer: Any) -> Iterator[str]:
    """What is missing or weak in the headers of an answer."""
    headers = answer.headers
    for name, value in FIXED:
        if headers.get(name) != value:
            yield f"{name}: {headers.get(name)}"
    policy = headers.get("Content-Security-Policy", "")
    for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "report-uri "):
        if part not in policy:
            yield f"no {part}"
    if "unsafe" in policy or not re.search(r", script-src '(nonce-[\w-]{22}|none)'", policy):
        yield policy
    if headers.get("X-XSS-Protection", "0") != "0":
        yield "X-XSS-Protection"
    if "Strict-Transport-Security" in headers or "Access-Control-Allow-Origin" in headers:
        yield "HSTS over http, or CORS without an origin"
    if not re.fullmatch(r"[A-Za-z0-9._-]{8,64}", headers.get("X-Request-Id", "")):
        yield "X-Request-Id"
    if headers.get("Server"):
        yield f"Server: {headers['Server']}"


# The same for everybody, and meant to be kept.
PUBLIC = {"/.well-known/jwks.json"}
ALL = sorted({address(route) for route, _ in routes()})


@pytest.mark.slow
def test_every_route_whoever_asks(settings: Any) -> None:
    """S4-38, S4-39, S4-40, S4-42, S4-43, S4-44, S4-109: portal, admin, interface, files and refusals.

    What a signed-in person gets is not kept by the browser (no-store).
    """
    stranger, officer, scientist = Client(), Client(), Client()
    sign_in(officer, make_user("officer", "Compliance officer"))
    sign_in(scientist, make_user("scientist"))
    for client in (stranger, officer, scientist):
        client.raise_request_exception = False
    assert len(ALL) > 150
    seen: set[int] = set()
    for where in ALL:
        for client in (stranger, officer if where.startswith("/admin/") else scientist):
            answer = client.get(where)
            seen.add(answer.status_code)
            assert list(wrong(answer)) == [], (where, answer.status_code)
            assert answer.status_code < 500 or where == "/health/ready", (where, answer.content)
            kept = answer.headers.get("Cache-Control", "")
            assert "no-store" in kept or where in PUBLIC, (where, kept)
            b"".join(answer)
    assert {200, 302, 401, 403, 404, 405} <= seen


def test_every_kind_of_error(settings: Any) -> None:
    """S4-38…44: 400, 403, 404, 405, 411, 413, 500; for people, for programs, and for files."""
    settings.ROOT_URLCONF = WithAFailure
    client = Client(raise_request_exception=False)
    strict = Client(enforce_csrf_checks=True)
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    answers = [
        (400, client.get("/sign-in/", headers={"host": "evil.example.org"})),
        (400, client.get("/api/v1/models/", headers={"host": "evil.example.org"})),
        (403, strict.post("/sign-in/", {"username": "x"})),
        (404, client.get("/nowhere/")),
        (404, client.get("/api/v1/nowhere/")),
        (404, client.get("/static/nothing.css")),
        (405, client.get("/sign-out/")),
        (405, client.post("/health/live")),
        (405, client.post("/static/css/portal.css")),
        (405, client.generic("TRACE", "/sign-in/")),
        (405, client.generic("PROPFIND", "/api/v1/models/")),
        (411, client.generic("POST", "/sign-in/", **chunked)),
        (411, client.generic("POST", "/api/v1/models/", content_type="application/json", **chunked)),
        (413, client.generic("POST", "/sign-in/", CONTENT_LENGTH=str(10**9))),
        (413, client.generic("POST", "/api/v1/models/", CONTENT_LENGTH=str(10**12))),
        (500, client.get("/failing/")),
        (500, client.get("/api/v1/failing/")),
    ]
    for status, answer in answers:
        where = answer.request["PATH_INFO"]
        assert (answer.status_code, list(wrong(answer))) == (status, []), where
        if where.startswith("/static/css"):
            continue
        text = answer.content.decode()
        assert "canary-of-a-stack-trace" not in text
        assert "Traceback" not in text
        if where.startswith(("/api/", "/health/")):
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
            detail = answer.json()["detail"]
        else:
            detail = re.search(r'<div class="prose"><p>(.*?)</p>', text, re.S).group(1)  # type: ignore[union-attr]
            assert answer.headers["X-Request-Id"] in text or status == 403
        assert len(re.findall(r"[.;]", detail)) >= 2, f"{detail}: what happened, and then what to do"


def test_static_files_are_for_this_origin() -> None:
    """S4-38…44, S4-49: each has the headers, and no other origin may read one."""
    client = Client()
    for name in ("css/portal.css", "js/portal.js", "vendor/htmx.min.js", "img/icons.svg", "admin/css/base.css"):
        assert finders.find(name)
        answer = client.get(f"/static/{name}", headers={"Origin": "https://other.example.org"})
        assert (answer.status_code, list(wrong(answer))) == (200, [])
        again = client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, list(wrong(again))) == (304, [])
        b"".join(answer)


def test_strict_transport_security_is_told_over_tls_alone(settings: Any) -> None:
    """S4-41, S2-49: a year with sub-domains in production, on errors too; plain http leads to https."""
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 31_536_000, True
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    client = Client()
    for where in ("/health/live", "/nowhere/", "/static/css/portal.css", "/sign-in/"):
        secure, plain = client.get(where, secure=True), client.get(where)
        assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert plain.headers.get("Strict-Transport-Security") is None
        b"".join([*secure, *plain])
    moved = client.get("/sign-in/?next=/models/")
    assert (moved.status_code, moved.headers["Location"]) == (301, "https://testserver/sign-in/?next=/models/")
    assert list(wrong(moved)) == []


def test_no_redirect_is_built_from_a_wrong_host(settings: Any) -> None:
    """S4-53: not to https, not to the sign-in, not to the address with a slash; nor by a proxy's word."""
    settings.SECURE_SSL_REDIRECT = True
    settings.MODELOPS_TRUSTED_PROXIES = ["127.0.0.1"]
    hosts = (
        "evil.example.org",
        "testserver.evil.example.org",
        "evil-testserver",
        "testserver@evil.example.org",
        "",
        "a b",
    )
    for where in ("/sign-in/", "/models", "/", "/admin/", "/api/v1/models/", "/health/live"):
        for host in hosts:
            for headers in ({"host": host}, {"X-Forwarded-Host": host or "evil.example.org"}):
                answer = Client(headers=headers).get(where, REMOTE_ADDR="127.0.0.1")
                if where == "/health/live":  # names no host in its answer
                    assert "evil" not in answer.content.decode()
                    continue
                assert answer.status_code == 400, (where, host, answer.status_code)
                assert "Location" not in answer.headers


def through_wsgi(**changes: str) -> tuple[str, dict[str, str], bytes]:
    """What a web server would send for a GET of the sign-in page."""
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/health/live", "QUERY_STRING": "", "SERVER_NAME": "testserver",
        "SERVER_PORT": "80", "HTTP_HOST": "testserver", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1", **changes,
    }  # fmt: skip
    body = guarded(handler())(environ, lambda *given: started.append(given))
    content = b"".join(body)
    if close := getattr(body, "close", None):
        close()
    return started[0][0], dict(started[0][1]), content


def test_what_django_cannot_take_apart_is_answered_with_the_headers() -> None:
    """A parameter in an encoding that does not exist fails before there is a request."""
    for status, changes in (("200 OK", {}), ("400 Bad Request", {"CONTENT_TYPE": "text/html; charset*=nope''x"})):
        said, headers, content = through_wsgi(**changes)
        assert said == status
        assert headers.items() >= dict(FIXED).items()
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert b"Traceback" not in content


def test_a_failure_of_the_chain_itself_is_answered_with_the_headers() -> None:
    def broken(environ: Any, start_response: Any) -> Any:
        raise RuntimeError("canary")

    started: list[Any] = []
    content = b"".join(guarded(broken)({}, lambda *given: started.append(given)))
    assert started[0][0].startswith("500")
    assert dict(started[0][1]).items() >= dict(FIXED).items()
    assert b"canary" not in content


def test_debug_is_off_and_no_variable_turns_it_on() -> None:
    assert configured.DEBUG is False
    source = (configured.BASE_DIR / "modelops/settings.py").read_text()
    assert re.findall(r"^DEBUG = (.*)$", source, re.M) == ["False"]
