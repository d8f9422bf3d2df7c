"""PostgreSQL, Valkey or the root key is away: 503 in one shape, never a 500 page, never plaintext, nothing stored."""

import base64
import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.live import LivePortal
from tests.portal.client import Pipeline
from tests.portal.people import key_for
from tests.scans import scans_done

pytestmark = pytest.mark.live


@pytest.fixture
def beside(live_portal: Any, tmp_path: Path) -> Any:
    """A second web process on the same data, with something changed in its environment."""
    started: list[LivePortal] = []

    def start(**changes: str) -> LivePortal:
        portal = LivePortal({**live_portal.env, **changes}, tmp_path)
        started.append(portal)
        portal.start("web")
        return portal

    yield start
    for portal in started:
        portal.stop_all()


@pytest.fixture
def key(live_portal: Any) -> str:
    return key_for("scientist", "Data scientist")


def ready(portal: LivePortal) -> tuple[int, dict[str, str]]:
    answer = httpx.get(f"{portal.url}/health/ready", trust_env=False, timeout=30)
    return answer.status_code, answer.json()["checks"]


def test_without_postgresql(beside: Any, key: str) -> None:
    portal = beside(DATABASE_URL="postgresql://nobody@/gone?host=/nonexistent")
    with Pipeline(portal.url, key) as api:
        api.refused("models/", 503, "database.unavailable", json={"name": "m", "task_type": "other"})
    page = httpx.get(f"{portal.url}/invitation/unknown/", trust_env=False, timeout=30)
    assert page.status_code == 503
    assert "Traceback" not in page.text
    status, checks = ready(portal)
    assert status == 503
    assert checks["database"] == "failed"
    assert checks["cache"] == "ok"


def test_without_valkey(beside: Any, live_portal: Any, key: str) -> None:
    """S3-20: writing is refused; reading goes on; health says which part is away."""
    with Pipeline(live_portal.url, key) as api:
        api.post("datasets/", json={"name": "d"})
        api.post("datasets/d/versions/", files={"file": ("d.csv", b"a,b\n1,2\n")})
    portal = beside(REDIS_URL="unix:///nonexistent/valkey.sock?db=0")
    with Pipeline(portal.url, key) as api:
        api.refused("quality-runs/", 503, "throttle.unavailable", json={"dataset": "d", "version": 1})
        assert api.get("quality-runs/")["results"] == []
        assert api.get("jobs/")["results"] == []
    status, checks = ready(portal)
    assert (status, checks["cache"], checks["broker"], checks["database"]) == (503, "failed", "failed", "ok")


def test_with_another_root_key(beside: Any, live_portal: Any, key: str) -> None:
    """S0-35: sealed: nothing is opened, nothing is stored, no new key is made."""
    from django.conf import settings

    from modelops.crypto.models import KeyVersion

    with Pipeline(live_portal.url, key) as api:
        api.post("models/", json={"name": "m", "task_type": "other", "description": ""})
        file = {"file": ("m.npy", npy())}
        api.post("models/m/versions/", files=file)
        scans_done()
        assert api.http.get("models/m/versions/1/artifact/").content == npy()
    keys = KeyVersion.objects.count()
    files = sorted((settings.MODELOPS_HOME / "artifacts").rglob("*"))
    portal = beside(MODELOPS_ROOT_KEY=base64.b64encode(b"another root key, 32 bytes long!").decode())
    with Pipeline(portal.url, key) as api:
        for path in ("models/", "models/m/versions/1/artifact/"):
            answer = api.http.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "keys.unavailable"), path
            assert npy() not in answer.content
        api.refused("models/m/versions/", 503, "keys.unavailable", files=file)
    assert KeyVersion.objects.count() == keys
    assert sorted((settings.MODELOPS_HOME / "artifacts").rglob("*")) == files
    status, checks = ready(portal)
    assert (status, checks["keys"]) == (503, "sealed")


def npy() -> bytes:
    """A sound array file."""
    raw = io.BytesIO()
    np.save(raw, np.arange(12.0))
    return raw.getvalue()
