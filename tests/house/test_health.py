"""Health and metrics."""

import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.test import Client, override_settings

from modelops.crypto.keyring import keyring
from modelops.crypto.providers.base import forget_provider
from modelops.version import VERSION
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Any) -> Any:
    (tmp_path / "artifacts").mkdir()
    with override_settings(MODELOPS_HOME=tmp_path):
        yield tmp_path


def test_ready_names_every_dependency(client: Client, home: Any) -> None:
    """S3-62."""
    answer = client.get("/health/ready")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["checks"] == dict.fromkeys(["database", "cache", "broker", "storage", "keys"], "ok")


def test_each_missing_dependency_is_named_and_nothing_more_is_told(client: Client, home: Any) -> None:
    """S3-62: 503, the name, no reason."""
    (home / "artifacts").rmdir()
    with override_settings(REDIS_URL="unix:///nowhere.sock?db=0", MODELOPS_KEY_PROVIDER=None):
        keyring.forget()
        forget_provider()
        answer = client.get("/health/ready")
    keyring.forget()
    forget_provider()
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert {name for name, state in checks.items() if state == "failed"} == {"cache", "storage"}
    assert (checks["keys"], answer.json()["status"]) == ("sealed", "sealed")
    assert "nowhere" not in answer.content.decode()
    assert client.get("/health/live").status_code == 200


def test_staff_read_which_release_answers_and_nobody_else(client: Client, home: Any) -> None:
    """S0-25."""
    assert "version" not in client.get("/health/ready").json()
    sign_in(client, make_user("scientist"))
    assert "version" not in client.get("/health/ready").json()
    staff = Client()
    sign_in(staff, make_user("keeper", "Security administrator"))
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["version"]
    assert staff.get("/health/ready").json()["version"] == VERSION == declared


def test_every_thread_of_the_web_server_finds_the_broker() -> None:
    """Requests are served by other threads than the one that made the Celery app."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(current_app.main))
    thread.start()
    thread.join(10)
    assert found == ["modelops"]


def test_metrics_are_for_this_machine_or_the_token(client: Client) -> None:
    assert b"modelops_http_request_seconds" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    # A proxy on this machine that nobody listed lets everybody seem to be this machine.
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    with override_settings(MODELOPS_TRUSTED_PROXIES=["127.0.0.1"]):
        assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    with override_settings(MODELOPS_METRICS_TOKEN="t" * 32):
        assert client.get("/metrics").status_code == 403
        assert client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 32}"}).status_code == 200


def test_every_answer_carries_the_hardening_headers(client: Client) -> None:
    for path in ("/health/live", "/sign-in/", "/nowhere/", "/api/v1/models/"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Request-Id"]


def test_a_request_id_of_the_caller_is_kept_when_it_is_sound(client: Client) -> None:
    assert client.get("/health/live", headers={"X-Request-Id": "abc-12345"}).headers["X-Request-Id"] == "abc-12345"
    unsound = client.get("/health/live", headers={"X-Request-Id": "a b\u00e9<script>"}).headers["X-Request-Id"]
    assert "script" not in unsound
