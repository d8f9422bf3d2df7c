"""Prometheus itself: it scrapes the portal, and the rules that the portal ships raise their alert."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.services.api_keys import issue_api_key
from compliance.audit import Actor
from modelops.embedded import processes
from modelops.embedded.paths import CHECKOUT
from tests.accounts.people import make_user
from tests.live import LivePortal, free_port
from tests.monitoring.predictions.sending import MODEL, PREDICTIONS, a_version, batch

RULES = CHECKOUT / "docs" / "reference" / "prometheus-alerts.yml"
PATIENCE_S = 240  # for a machine that is very busy; on a quiet one it takes a few seconds


class Prometheus:
    """A server of its own that scrapes one address every four seconds and knows the shipped rules."""

    def __init__(self, folder: Path, target: str) -> None:
        if shutil.which("prometheus") is None:
            pytest.skip("No Prometheus is installed: apt-get install prometheus.")
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "prometheus.log"
        settings = folder / "prometheus.yml"
        settings.write_text(
            json.dumps(
                {
                    "global": {"scrape_interval": "4s", "scrape_timeout": "4s", "evaluation_interval": "1s"},
                    "rule_files": [str(RULES)],
                    "scrape_configs": [{"job_name": "modelops", "static_configs": [{"targets": [target]}]}],
                }
            )
        )
        command = [
            "prometheus", f"--config.file={settings}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
        ]  # fmt: skip
        self.process = processes.spawn(command, log=self.log, env={}, cwd=folder, dies_with_parent=signal.SIGKILL)

    def asked(self, path: str, **query: str) -> Any:
        """What its interface answers; nothing while it starts."""
        try:
            with urllib.request.urlopen(
                f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=20
            ) as said:
                return json.load(said)["data"]
        except OSError:
            return None

    def value(self, query: str) -> float | None:
        """The value of an expression of one series; None while it has none."""
        result = (self.asked("query", query=query) or {}).get("result") or []
        return float(result[0]["value"][1]) if result else None

    def wait(self, query: str, least: float) -> None:
        """Until an expression is at least so much."""
        end = time.monotonic() + PATIENCE_S
        while (found := self.value(query)) is None or found < least:
            assert time.monotonic() < end, f"{query} is {found}\n{self.log.read_text()[-3000:]}"
            time.sleep(0.2)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


def send(portal: LivePortal, key: str, number: int, rows: list[dict[str, Any]]) -> None:
    """A batch over HTTP, as a pipeline sends it."""
    request = urllib.request.Request(
        f"{portal.url}{PREDICTIONS}",
        json.dumps(batch(rows, f"batch-{number}")).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert answer.status == 201


@pytest.mark.live
def test_prometheus_scrapes_the_portal_and_a_shipped_rule_tells_of_errors(
    live_portal: LivePortal, tmp_path: Path
) -> None:
    """S3-42, S3-39: errors raise the counter that Prometheus reads, and the shipped rule on their rate fires."""
    a_version()
    _, key = issue_api_key(
        make_user("pipeline", "Pipeline"), name="scraped", scopes=["all"], days=1, actor=Actor.system("tests")
    )
    send(live_portal, key, 0, [{"prediction": 1}] * 95 + [{"error": "Timeout"}] * 5)
    prometheus = Prometheus(tmp_path, live_portal.url.removeprefix("http://"))
    try:
        own = f'{{model="{MODEL}"}}'
        prometheus.wait(f"sum(modelops_model_errors_total{own})", 5)
        prometheus.wait('up{job="modelops"}', 1)
        assert prometheus.value("modelops_job_lag_seconds") is not None
        firing = 'count(ALERTS{alertname="ModelErrors", alertstate="firing"})'
        assert prometheus.value(firing) is None
        send(live_portal, key, 1, [{"prediction": 1}] * 50 + [{"error": "Timeout"}] * 50)
        prometheus.wait(firing, 1)
        found = [one for one in prometheus.asked("alerts")["alerts"] if one["labels"]["alertname"] == "ModelErrors"]
        assert found[0]["annotations"]["summary"].startswith(f"More than one prediction in twenty of {MODEL} v1")
        named = {rule["name"] for group in prometheus.asked("rules")["groups"] for rule in group["rules"]}
        assert {"JobsWait", "AuditLogUnsealed", "KeyOld"} <= named
        assert all(rule["health"] == "ok" for group in prometheus.asked("rules")["groups"] for rule in group["rules"])
    finally:
        prometheus.stop()


_COUNT = "from modelops.rest.metrics import REQUESTS; REQUESTS.labels('GET', 'x', '200').observe(0.25)"


@pytest.mark.django_db
def test_the_counts_of_all_processes_are_told_by_whichever_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """S3-39: safe for many processes; what one of them counted is still there when it has ended."""
    shared = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(3):
        subprocess.run([sys.executable, "-c", _COUNT], env=shared, cwd=CHECKOUT, check=True)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    settings.MODELOPS_METRICS_SHARED = True
    for _ in range(2):
        told = Client().get("/metrics").content.decode()
        counted = [line for line in told.splitlines() if line.startswith("modelops_http_request_seconds_count{")]
        assert [line.rpartition(" ")[2] for line in counted] == ["3.0"]
        assert told.count("modelops_job_lag_seconds ") >= 1
