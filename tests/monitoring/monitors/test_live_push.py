"""The client file against a running portal: fetched, run alone by its command line, and followed to the verdict."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from accounts.services.api_keys import issue_api_key
from compliance.audit import Actor
from monitoring.models import DriftRun
from monitoring.monitors.models import DriftMonitor
from tests.accounts.people import make_user
from tests.dataquality.datasets import stored
from tests.live import LivePortal
from tests.monitoring.predictions.sending import MODEL, a_version

pytestmark = pytest.mark.live
PATIENCE_S = 240


class Pipeline:
    """Somebody at a command line with a key, the client file, and nothing of the portal."""

    def __init__(self, portal: LivePortal, folder: Path) -> None:
        _, self.key = issue_api_key(
            make_user("pipeline", "Pipeline"), name="push", scopes=["all"], days=1, actor=Actor.system("tests")
        )
        self.portal, self.folder = portal, folder
        (folder / "modelops_sketch.py").write_bytes(self.asked("sketch-client/"))

    def asked(self, path: str, body: Any = None) -> bytes:
        """An answer of the portal."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.portal.url}/api/v1/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            said: bytes = answer.read()
            return said

    def client(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command of the client, as the documentation writes it."""
        command = [sys.executable, "-I", "-S", "modelops_sketch.py", *arguments]
        env = {"PORTAL_API_KEY": self.key}
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    def until(self, *arguments: str) -> None:
        """A command that is asked again while the portal says that it is not ready."""
        end = time.monotonic() + PATIENCE_S
        while (done := self.client(*arguments)).returncode:
            assert "409" in done.stderr, done.stderr
            assert time.monotonic() < end, done.stderr
            time.sleep(0.3)


def test_the_client_pushes_to_a_running_portal_and_the_worker_gives_the_verdict(
    live_portal: LivePortal, tmp_path: Path
) -> None:
    """S3-50: bins, count, merge and push as the documentation has them; pushed twice there is one run."""
    a_version()
    random = np.random.default_rng(8)
    stored("orders", {"amount": random.normal(0, 1, 5000)})
    pipeline = Pipeline(live_portal, tmp_path)
    body = {"name": "orders", "reference": {"dataset": "orders", "version": 1}}
    monitor = json.loads(pipeline.asked("monitors/", body))["id"]
    portal = ("--portal", live_portal.url)
    pipeline.until("bins", *portal, "--monitor", monitor, "-o", "bins.json")
    for name in ("one", "two"):
        pa.csv.write_csv(pa.table({"amount": random.normal(0.5, 1, 3000)}), tmp_path / f"{name}.csv")
        assert not pipeline.client("count", "--bins", "bins.json", f"{name}.csv", "-o", f"{name}.json").returncode
    assert not pipeline.client("merge", "one.json", "two.json", "-o", "monday.json").returncode
    named = ("--model", MODEL, "--version", "1", "--batch-id", "monday")
    pushed = [pipeline.client("push", *portal, *named, "monday.json") for _ in range(2)]
    assert [done.returncode for done in pushed] == [0, 0], [done.stderr for done in pushed]
    first, second = (json.loads(done.stdout) for done in pushed)
    assert first["drift_run"] == second["drift_run"]
    end = time.monotonic() + PATIENCE_S
    while (run := DriftRun.objects.get()).state == "queued":
        assert time.monotonic() < end, live_portal.log("worker")[-3000:]
        time.sleep(0.1)
    assert (run.state, run.drifted, run.features_drifted) == ("succeeded", True, 1)
    assert run.features.get().n_current == 6000
    assert DriftMonitor.objects.get().runs.count() == 1
    refused = pipeline.client("push", *portal, *named[:-1], "tuesday", "bins.json")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
