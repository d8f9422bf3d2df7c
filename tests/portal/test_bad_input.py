"""Bad input over the wire: a 4xx problem with a stable code and what to do, nothing stored, the refusal on record."""

import io
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pandas as pd
import pytest

from tests.accounts.people import fresh
from tests.portal.client import Pipeline
from tests.portal.people import key_for

pytestmark = pytest.mark.live


def stored() -> dict[str, int]:
    """How much there is of everything that a request could leave behind."""
    from django.apps import apps
    from django.conf import settings

    kept = ("registry.RegisteredModel", "registry.ModelVersion", "registry.Dataset", "registry.DatasetVersion",
            "registry.Artifact", "jobs.Job", "monitoring.AlertChannel", "subjects.SubjectRequest")  # fmt: skip
    counts = {label: apps.get_model(label).objects.count() for label in kept}
    counts["files"] = sum(1 for path in (settings.MODELOPS_HOME / "artifacts").rglob("*") if path.is_file())
    return counts


@pytest.fixture
def key(live_portal: Any) -> str:
    return fresh(key_for("scientist", "Data scientist"))


@pytest.fixture
def api(live_portal: Any, key: str) -> Any:
    with Pipeline(live_portal.url, key) as pipeline:
        pipeline.post("models/", json={"name": "m", "task_type": "regression", "description": ""})
        pipeline.post("datasets/", json={"name": "d"})
        yield pipeline


def refusals(code: str) -> int:
    from compliance.audit.models import AuditEvent

    return AuditEvent.objects.filter(outcome="denied", details__code=code).count()


def parquet(frame: pd.DataFrame) -> bytes:
    raw = io.BytesIO()
    frame.to_parquet(raw)
    return raw.getvalue()


MODEL, DATA = "models/m/versions/", "datasets/d/versions/"
CASES: list[tuple[str, dict[str, Any], int, str]] = [
    ("models/", {"json": {"name": "a/b", "task_type": "regression"}}, 400, "name.invalid"),
    ("models/", {"json": {"name": "x" * 300, "task_type": "regression"}}, 400, "name.invalid"),
    ("models/", {"json": {"name": "ok", "task_type": "guessing"}}, 400, "model.unknown_task_type"),
    ("models/", {"json": {"name": "m", "task_type": "regression"}}, 409, "model.name_taken"),
    ("models/", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "request.malformed"),
    ("datasets/", {"json": {"name": "../etc"}}, 400, "name.invalid"),
    (MODEL, {"files": {"file": ("m.html", b"<!DOCTYPE html><p>no model</p>")}}, 415, "artifact.unknown_format"),
    (MODEL, {"files": {"file": ("m.bin", b"")}}, 400, "artifact.empty"),
    (DATA, {"files": {"file": ("d.png", b"\x89PNG\r\n\x1a\n" + bytes(64))}}, 415, "dataset.unknown_format"),
    (DATA, {"files": {"file": ("d.csv", b"")}}, 400, "dataset.empty"),
    (DATA, {"files": {"file": ("d.csv", b"a,b\n")}}, 400, "dataset.empty"),
    (DATA, {"files": {"file": ("d.parquet", parquet(pd.DataFrame({"a": []})))}}, 400, "dataset.empty"),
    (DATA, {"files": {"file": ("d.csv", b"a,b\n1,\n2,\n")}}, 400, "dataset.empty_column"),
    ("quality-runs/", {"json": {"dataset": "none", "version": 1}}, 404, "dataset.not_found"),
    ("alert-channels/", {"json": {"name": "c", "kind": "pigeon", "config": {}}}, 400, "channel.unknown_kind"),
]


@pytest.mark.parametrize(("path", "body", "status", "code"), CASES, ids=[f"{c[0]}{c[3]}" for c in CASES])
def test_each_is_refused_with_its_code_and_leaves_nothing(
    api: Pipeline, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    before, on_record = stored(), refusals(code)
    problem = api.refused(path, status, code, **body)
    assert len(problem["detail"]) > 20
    assert stored() == before
    assert refusals(code) == on_record + 1


def raw_post(portal: Any, key: str, body: bytes, announced: int, boundary: str = "cut") -> bytes:
    """A POST whose connection may end early."""
    parts = urlsplit(portal.url)
    head = (
        f"POST /api/v1/{DATA} HTTP/1.1\r\nHost: localhost:{parts.port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {announced}\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", parts.port), timeout=20) as wire:
        wire.sendall(head.encode() + body)
        if len(body) < announced:
            wire.shutdown(socket.SHUT_WR)
        answer = b""
        while block := wire.recv(65536):
            answer += block
    return answer


PART = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="d.csv"\r\n\r\na,b\n1,2\n3,4\n'


def test_a_multipart_body_without_its_end_is_refused(live_portal: Any, api: Pipeline, key: str) -> None:
    """Django takes what came; we do not: half a file is no file."""
    before = stored()
    answer = raw_post(live_portal, key, PART, len(PART))
    assert b" 400 " in answer.splitlines()[0]
    assert b"request.truncated" in answer
    assert stored() == before
    whole = PART + b"\r\n--cut--\r\n"
    assert b" 201 " in raw_post(live_portal, key, whole, len(whole)).splitlines()[0]


def test_a_connection_that_breaks_off_stores_nothing(live_portal: Any, api: Pipeline, key: str) -> None:
    before = stored()
    answer = raw_post(live_portal, key, PART, len(PART) + 5_000_000)
    assert b" 201 " not in answer
    assert stored() == before


def test_a_body_over_the_limit_is_refused_before_it_is_read(live_portal: Any, key: str, api: Pipeline) -> None:
    before = stored()
    answer = raw_post(live_portal, key, PART, 10**12)
    assert b" 413 " in answer.splitlines()[0]
    assert b"request.too_large" in answer
    assert stored() == before
    api.refused("models/", 413, "request.too_large", content=b"x" * 6_000_000)


def test_credentials_that_are_expired_foreign_or_revoked_are_told_apart_only_to_their_owner(
    live_portal: Any, key: str, api: Pipeline
) -> None:
    from django.utils import timezone

    from accounts.models import ApiKey

    def asked(bearer: str) -> tuple[int, str]:
        answer = httpx.get(
            f"{live_portal.url}/api/v1/models/", headers={"Authorization": f"Bearer {bearer}"}, trust_env=False
        )
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()["code"]

    assert asked("mop_foreign_key_00000000") == (401, "auth.key_unknown")
    assert asked(key[:-1] + ("0" if key[-1] != "0" else "1")) == (401, "auth.key_unknown")
    assert asked("eyJhbGciOiJub25lIn0.e30.")[0] == 401
    ApiKey.objects.update(expires_at=timezone.now())
    assert asked(key) == (401, "auth.key_expired")
    ApiKey.objects.update(revoked_at=timezone.now())
    assert asked(key) == (401, "auth.key_revoked")


def test_a_wrong_code_twice_is_refused_twice_and_the_right_one_still_works(live_portal: Any) -> None:
    from accounts.services.people import ensure_ready_account
    from compliance.audit import Actor
    from tests.portal.browser import totp

    phrase = "correct wind sock over the runway"
    _, uri = ensure_ready_account("viewer", "Viewer", password=phrase, actor=Actor.system("tests"))
    seed = uri.split("secret=")[1].split("&")[0]

    def token(otp: str) -> httpx.Response:
        body = {"username": "viewer", "password": phrase, "otp": otp}
        return httpx.post(f"{live_portal.url}/api/v1/auth/token/", json=body, trust_env=False, timeout=30)

    for _ in range(2):
        refused = token("000000")
        assert (refused.status_code, refused.json()["code"]) == (401, "login.refused")
    deadline = time.monotonic() + 60
    while (answer := token(totp(seed, int(time.time()) // 30))).status_code == 429:
        assert time.monotonic() < deadline
        time.sleep(int(answer.headers["Retry-After"]))
    assert answer.status_code == 200, answer.text
    assert {"access", "refresh"} <= answer.json().keys()
