"""The main job, end to end, as a pipeline does it: real web server, worker, PostgreSQL, Valkey, SMTP and webhook."""

import hashlib
import json
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.management import call_command
from scipy import stats

from tests.accounts.people import fresh
from tests.portal.client import Pipeline
from tests.scans import scans_done

DEMO = Path(__file__).resolve().parents[2] / "demo"
JANUARY, JULY = DEMO / "flights-2013-01.parquet", DEMO / "flights-2013-07.parquet"
MODEL = DEMO / "arrival-delay.safetensors"

pytestmark = pytest.mark.live


@pytest.fixture
def keys(live_portal: Any) -> dict[str, str]:
    """API keys of a data scientist and a compliance officer, made with the commands.

    In this process: that they work as the tutorial shows them, its own test tells.
    """
    made = {}
    for name, role in [("scientist", "Data scientist"), ("officer", "Compliance officer")]:
        printed = StringIO()
        call_command("create_user", name, "--role", role, stdout=StringIO())
        call_command("create_api_key", name, "--scopes", "all", "--days", "2", stdout=printed)
        made[name] = printed.getvalue().strip()
        assert "\n" not in made[name]
    return made


def wait_for(what: Any, patience_s: float = 40) -> Any:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.3)
    raise AssertionError("It did not happen in time.")


def test_the_main_job(live_portal: Any, keys: dict[str, str], smtp_server: Any, http_receiver: Any) -> None:
    """S0-51, S3-60: from registration to drift alert, mail, webhook, ledger and access request."""
    live_portal.start("beat")
    with Pipeline(live_portal.url, keys["scientist"]) as api, Pipeline(live_portal.url, keys["officer"]) as officer:
        # 2: a model is registered and its file uploaded
        card = json.loads((DEMO / "arrival-delay.json").read_text())
        api.post("models/", json={name: card[name] for name in ("name", "task_type", "description")})
        api.post("datasets/", json={"name": "flights"})
        for number, month in enumerate((JANUARY, JULY), start=1):
            version = api.post("datasets/flights/versions/", files={"file": (month.name, month.read_bytes())})
            frame = pd.read_parquet(month)
            assert (version["version"], version["rows"], version["columns"]) == (number, *frame.shape)
        form = {
            "metrics": json.dumps(card["metrics"]),
            "parameters": json.dumps({"l2": 1.0, "canary": "parameter-canary-1"}),
            "tags": json.dumps({"season": "winter"}),
            "datasets": json.dumps([{"dataset": "flights", "version": 1}]),
        }
        path = f"models/{card['name']}/versions/"
        version = api.post(path, data=form, files={"file": (MODEL.name, MODEL.read_bytes())})
        digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
        assert (version["version"], version["scan"]["state"], version["digest"]["sha256"]) == (1, "waiting", digest)
        assert version["size"] == MODEL.stat().st_size
        assert "AES-256-GCM" in version["cipher"]
        assert version["key_version"] == 1
        scans_done()
        assert api.http.get(f"{path}1/artifact/").content == MODEL.read_bytes()
        assert api.post(f"{path}1/verify/", expect=200)["verified"] is True

        # 6 (set up before 5): channels for mail and webhook, as somebody who has just confirmed
        fresh(keys["scientist"])
        api.post(
            "alert-channels/",
            json={"name": "team-mail", "kind": "email", "config": {"recipients": ["team@example.org"]}},
        )
        api.post(
            "alert-channels/",
            json={"name": "hook", "kind": "webhook", "config": {"url": http_receiver.url, "secret": "s" * 32}},
        )

        # 4: quality, with live progress
        quality = api.post("quality-runs/", expect=202, json={"dataset": "flights", "version": 1})
        job = api.finished(quality["job"])
        assert (job["state"], job["done"]) == ("succeeded", job["total"]), job
        run = api.get(f"quality-runs/{quality['id']}/")
        assert 0 < float(run["score"]) <= 100
        assert run["issues"]

        # 5: drift, equal to SciPy
        question = {
            "reference": {"dataset": "flights", "version": 1},
            "current": {"dataset": "flights", "version": 2},
        }
        drift = api.post("drift-runs/", expect=202, json=question)
        assert api.finished(drift["job"])["state"] == "succeeded"
        run = api.get(f"drift-runs/{drift['id']}/")
        assert run["drifted"] is True
        january, july = pd.read_parquet(JANUARY), pd.read_parquet(JULY)
        compared = {row["name"]: row for row in run["features"] if row["method"] == "ks" and not row["reason"]}
        assert {"temp", "dep_delay", "arr_delay"} <= compared.keys()
        for name, row in compared.items():
            expected = stats.ks_2samp(january[name].dropna(), july[name].dropna())
            assert row["statistic"] == pytest.approx(expected.statistic, abs=1e-12), name
            assert row["p_value"] == pytest.approx(expected.pvalue, abs=1e-12), name
        carriers = next(row for row in run["features"] if row["name"] == "carrier")
        table = [months["carrier"].value_counts() for months in (january, july)]
        chi_square = stats.chi2_contingency(pd.concat(table, axis=1).fillna(0), correction=False)
        assert (carriers["method"], carriers["p_value"]) == ("chi_square", pytest.approx(chi_square.pvalue, abs=1e-12))

        # 6: the alert arrives
        alerts = wait_for(lambda: [a for a in api.get("alerts/")["results"] if a["state"] == "open"])
        assert len([a for a in alerts if a["key"].startswith("drift:")]) == 1
        wait_for(lambda: any("flights" in str(message["subject"]) for message in smtp_server.messages))
        wait_for(lambda: http_receiver.requests)

        # 7: the officer answers an access request
        fresh(keys["officer"])
        request = officer.post("subject-requests/", json={"kind": "access", "subject": {"email": "ada@example.org"}})
        assert request["state"] == "received"
        assert request["due_at"]
        one_row_each(officer)


def one_row_each(officer: Pipeline) -> None:
    """Every step above left exactly one audit row, and nothing but these was refused."""
    names = [event["name"] for event in officer.events()]
    expected = {
        "registry.model.registered": 1,
        "registry.version.added": 1,
        "registry.dataset.created": 1,
        "registry.dataset_version.added": 2,
        "registry.artifact.downloaded": 1,
        "registry.artifact.verified": 1,
        "dataquality.run.requested": 1,
        "dataquality.run.completed": 1,
        "monitoring.drift_run.requested": 1,
        "monitoring.drift_run.completed": 1,
        "monitoring.channel.created": 2,
        "subjects.request.opened": 1,
    }
    assert {name: names.count(name) for name in expected} == expected
    assert "audit.request.refused" not in names
