"""What people see and hear of drift monitors: pages, the report, findings about bare versions, and rules."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from monitoring.alerts.rules.looking import look_at_rules
from monitoring.models import Alert, DriftRun
from monitoring.monitors.models import DriftMonitor
from registry.aliases.models import Alias
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api, signed_in, stored, work
from tests.monitoring.monitors.test_monitors_api import MONITORS, data, monitored
from tests.monitoring.predictions.sending import MODEL, a_version, pipeline

pytestmark = pytest.mark.django_db


def test_the_page_of_a_monitor_shows_verdict_features_history_and_report() -> None:
    """S2-59: the verdict, each feature by effect and importance, both distributions, and what was before."""
    api = pipeline()
    monitor = monitored(api, 0, 0.5, policy={"features": {"age": {"importance": 3}}})
    page = signed_in(make_user())
    assert "orders" in page.get("/drift/monitors/").content.decode()
    assert "/drift/monitors/" in page.get("/drift/").content.decode()
    path = f"/drift/monitors/{monitor['id']}/"
    shown = page.get(path).content.decode()
    for words in ("Drifted", "Effect of amount in each run", "Drifted features in each run", "First policy."):
        assert words in shown, words
    assert shown.count("<svg") >= 4
    assert "style=" not in shown.partition("<main")[2]
    assert "web" in page.get(path, {"feature": "channel"}).content.decode()
    run = DriftRun.objects.order_by("-created_at").first()
    assert run is not None
    report = page.get(f"/drift/{run.pk}/report/")
    assert report["Content-Disposition"] == f'attachment; filename="drift-{run.pk}.html"'
    text = report.content.decode()
    assert "Kolmogorov-Smirnov" in text
    assert "Chi-square" in text
    assert "<th>web</th>" in text  # the categories of channel with their shares
    assert text.count("<svg") >= 4
    assert "amount" in text
    assert not re.search(r"<(script|link|img)|https?://(?!www\.w3\.org)", text)
    assert page.get("/drift/00000000-0000-7000-8000-000000000000/report/").status_code == 404
    stored("fresh", data(0, 1))
    empty = api.post(MONITORS, {"name": "fresh", "reference": {"dataset": "fresh", "version": 1}}).json()
    assert "No run has ended yet" in page.get(f"/drift/monitors/{empty['id']}/").content.decode()
    DriftMonitor.objects.get(name="orders").dataset.__class__.objects.filter(name="orders").update(is_restricted=True)
    assert page.get(path).status_code == 404


def test_a_deployed_version_without_a_baseline_is_a_finding_until_it_has_one() -> None:
    """S2-18: the posture page lists it; a monitor of that version clears it."""
    version = a_version()
    since = timezone.now() - dt.timedelta(days=2)
    Alias.objects.create(model=version.model, name="production", version=version, set_at=since)
    officer = signed_in(make_user("officer", "Compliance officer"))
    words = f"{MODEL} v1 is in production and has no baseline for drift"
    assert words in officer.get("/admin/posture/").text
    stored("orders", data(0, 0))
    body = {
        "name": "orders",
        "reference": {"dataset": "orders", "version": 1},
        "model": {"name": MODEL, "version": 1},
    }
    assert pipeline().post(MONITORS, body).status_code == 201
    assert words not in officer.get("/admin/posture/").text


def test_the_drift_of_a_feature_is_a_series_that_rules_watch() -> None:
    """S2-44: each run adds a value for each feature; a rule over it opens an alert and ends it."""
    api = pipeline()
    monitor = monitored(api, 0)
    scientist = Api(make_user("scientist"))
    rule = {
        "name": "amount-moves",
        "series": "drift_of_feature",
        "params": {"dataset": "orders", "feature": "amount"},
        "operator": "above",
        "threshold": 0.1,
        "severity": "high",
    }
    answer = scientist.post("/api/v1/alert-rules/", rule)
    assert answer.status_code == 201, answer.content
    assert look_at_rules() == 0
    for number, (shift, changed) in enumerate(((0.5, 1), (0, 1)), start=5):
        stored("orders", data(shift, number))
        assert api.post(f"{MONITORS}{monitor['id']}/runs/", {}).status_code == 202
        work()
        assert look_at_rules() == changed
    alert = Alert.objects.get(key__startswith="rule:")
    assert alert.state == "resolved"
