"""What pages may load and run, and what becomes of a browser's report."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.forms import Media
from django.template import engines
from django.test import Client
from prometheus_client import REGISTRY

from modelops.content_security import REPORTS_AT
from modelops.web import nonces, reports
from tests.accounts.people import make_user, sign_in

SCRIPT = re.compile(r"<script\b[^>]*>")


def nonce_in(answer: Any) -> str:
    """The nonce that the answer's policy names."""
    return re.search(r"script-src 'nonce-([\w-]{22})'", answer.headers["Content-Security-Policy"]).group(1)  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "where",
    [
        "/", "/sign-in/", "/account/security/", "/models/", "/nowhere/", "/api/docs/", "/admin/", "/admin/system/",
        "/admin/accounts/user/", "/admin/accounts/user/add/", "/admin/auth/group/", "/admin/nowhere/",
    ],
)  # fmt: skip
def test_each_script_of_a_page_carries_the_nonce_of_its_answer_and_none_is_inline(where: str) -> None:
    """S4-42: in the admin, in packages' pages and on error pages too; two answers never share one."""
    keeper = make_user("keeper", "Security administrator")
    client = Client() if where == "/sign-in/" else sign_in(Client(), keeper)
    found = []
    for _ in range(2):
        answer = client.get(where)
        scripts = SCRIPT.findall(answer.content.decode())
        assert scripts, where
        for script in scripts:
            assert f'nonce="{nonce_in(answer)}"' in script
            assert ' src="/' in script
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:", answer.content.decode())
        found.append(nonce_in(answer))
    assert found[0] != found[1]


@pytest.mark.django_db
def test_an_answer_without_a_page_lets_no_script_run(client: Client) -> None:
    for where in ("/api/v1/models/", "/health/live", "/robots.txt", "/static/css/portal.css"):
        answer = client.get(where)
        assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
        b"".join(answer)


def test_only_what_a_template_writes_is_marked() -> None:
    """Markup that a value brings along stays without a nonce, even where it was declared safe by mistake."""
    token = nonces.begin()
    try:
        template = engines["django"].from_string(
            nonces.marked("<script src='/own.js'></script>{{ x|safe }}{{ media }}")
        )
        page = template.render({"x": "<script src='/evil.js'></script>", "media": Media(js=["admin/js/core.js"])})
        assert page.count(f'nonce="{nonces.used()}"') == 2
        assert "<script src='/evil.js'></script>" in page
    finally:
        nonces.end(token)
    assert nonces.csp_nonce() == ""


def report(client: Client, body: Any, kind: str = "application/csp-report") -> int:
    return client.post(REPORTS_AT, body if isinstance(body, bytes) else json.dumps(body), content_type=kind).status_code


def counted(directive: str) -> float:
    return REGISTRY.get_sample_value("modelops_content_violations_total", {"directive": directive}) or 0.0


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_pace", reports._Pace(3))


@pytest.mark.django_db
@pytest.mark.usefixtures("pace")
def test_a_report_is_counted_and_told_without_what_is_secret(client: Client, caplog: Any) -> None:
    """S4-42: in both forms that browsers send. An invitation's address opens an account: its route is told alone."""
    before = counted("script-src-elem")
    body = {
        "effectiveDirective": "script-src-elem",
        "documentURL": "https://testserver/invitation/canary-token/?x=canary",
        "blockedURL": "https://user:canary@evil.example.org/canary.js?canary",
        "sample": "canary",
    }
    assert report(client, [{"type": "csp-violation", "body": body}], "application/reports+json") == 204
    old = {
        "violated-directive": "script-src-elem 'self'",
        "document-uri": "http://testserver/x",
        "blocked-uri": "inline",
    }
    assert report(client, {"csp-report": old}) == 204
    assert counted("script-src-elem") == before + 2
    lines = [record.getMessage() for record in caplog.records if record.name == "modelops.web.reports"]
    assert [line.removeprefix("A browser reports held back content: ") for line in lines] == [
        "script-src-elem from https://evil.example.org on /invitation/<str:token>/",
        "script-src-elem from inline on an unknown page",
    ]
    assert "modelops_content_violations_total" in client.get("/metrics").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("pace")
def test_invented_words_become_no_label_and_no_line_of_their_own(client: Client, caplog: Any) -> None:
    """Whoever makes a report up can neither grow the metrics nor forge or flood the log."""
    before = counted("other")
    forged = {"violated-directive": "x" * 500, "blocked-uri": 'x\r\n{"level":"forged"}', "document-uri": "\x1b[31m"}
    for _ in range(10):
        assert report(client, {"csp-report": forged}) == 204
    assert counted("other") == before + 10
    lines = [record.getMessage() for record in caplog.records if record.name == "modelops.web.reports"]
    assert lines == ["A browser reports held back content: other from unreadable on an unknown page"] * 3


def test_what_was_left_out_is_told_with_the_next_line() -> None:
    pace = reports._Pace(2)
    assert [pace.admits(61.0), pace.admits(62.0), pace.admits(63.0), pace.admits(64.0)] == [0, 0, None, None]
    assert pace.admits(120.0) == 2


@pytest.mark.django_db
def test_a_report_that_is_none_is_refused_by_its_size_or_kind(client: Client) -> None:
    assert report(client, b'{"csp-report":{}}', "application/json") == 415
    assert report(client, b"x" * (reports.MOST_BYTES + 1)) == 413
    assert report(client, b"") in {413, 415}
    for nonsense in (b"[" * 16_000, b"\xff", b"{"):
        assert report(client, nonsense) == 400
    for odd in ([1, None, []], {"csp-report": 7}, {"csp-report": {}}, [{"body": {"blockedURL": ["["]}}] * 500):
        assert report(client, odd) in {204, 413}
    assert client.get(REPORTS_AT).status_code == 405


@pytest.mark.django_db
def test_programs_find_their_small_files(client: Client, settings: Any) -> None:
    """RFC 9116: with a contact that is set, for less than a year; without one there is no such file."""
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.MODELOPS_SECURITY_CONTACT = "mailto:security@example.org"
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:security@example.org"
    assert fields["Canonical"].endswith("/.well-known/security.txt")
    left = dt.datetime.fromisoformat(fields["Expires"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=100) < left < dt.timedelta(days=365)
