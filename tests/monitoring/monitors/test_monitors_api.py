"""A drift monitor as a pipeline sets it up, tunes it and reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from monitoring.models import Alert, DriftRun
from monitoring.monitors.models import DriftMonitor, MonitorPolicy
from monitoring.monitors.tasks import run_due
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api, stored, work

pytestmark = pytest.mark.django_db
MONITORS = "/api/v1/monitors/"
BODY = {"name": "orders", "reference": {"dataset": "orders", "version": 1}}


def data(shift: float, seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    return {
        "amount": random.normal(shift, 1, 3000),
        "age": random.integers(18, 80, 3000),
        "channel": random.choice(["web", "shop"], 3000),
    }


def monitored(api: Api, *shifts: float, **more: Any) -> dict[str, Any]:
    """A monitor whose data has moved by each of ``shifts`` in turn, compared after each."""
    stored("orders", data(0, 0))
    monitor = api.post(MONITORS, BODY | more).json()
    for number, shift in enumerate(shifts, start=1):
        stored("orders", data(shift, number))
        assert api.post(f"{MONITORS}{monitor['id']}/runs/", {}).status_code == 202
        work()
    return monitor


def test_a_monitor_compares_the_newest_data_with_its_reference() -> None:
    """S2-58, S3-46: what the pipeline set up runs on demand, and the newest verdicts stand on it."""
    api = Api(make_user("pipeline", "Pipeline"))
    monitor = monitored(api, 0, 0.5)
    shown = api.get(f"{MONITORS}{monitor['id']}/").json()
    assert [run["drifted"] for run in shown["runs"]] == [True, False]
    run = api.get(f"/api/v1/drift-runs/{shown['runs'][0]['id']}/").json()
    found = {feature["name"]: feature for feature in run["features"]}
    assert [name for name, feature in found.items() if feature["drifted"]] == ["amount"]
    assert found["channel"]["method"] == "chi_square"
    assert found["amount"]["measures"].keys() >= {"psi", "jensen_shannon"}
    assert [row["name"] for row in api.get(MONITORS).json()["results"]] == ["orders"]


def test_a_threshold_is_tried_on_the_last_runs_before_it_is_saved() -> None:
    """S3-49: the back-test says how many alerts there would have been, and the change has a history with its why."""
    api = Api(make_user("pipeline", "Pipeline"))
    monitor = monitored(api, 0, 0.2, 0.5)
    path = f"{MONITORS}{monitor['id']}/policy/"
    change = {"minimum_effect": 0.15, "why": "Only large shifts hurt this model."}
    tried = api.post(path, change | {"only_test": True}).json()
    assert tried["saved"] is None
    assert (tried["back_test"]["runs"], tried["back_test"]["would_alert"], tried["back_test"]["did_alert"]) == (3, 1, 2)
    assert [row["number"] for row in api.get(path).json()] == [1]
    saved = api.post(path, change).json()
    assert saved["saved"]["back_test"]["would_alert"] == 1
    assert [(row["number"], row["why"]) for row in api.get(path).json()] == [(2, change["why"]), (1, "First policy.")]
    stored("orders", data(0.2, 9))
    api.post(f"{MONITORS}{monitor['id']}/runs/", {})
    work()
    assert api.get(f"{MONITORS}{monitor['id']}/").json()["runs"][0]["drifted"] is False
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        MonitorPolicy.objects.update(why="another")


def test_one_feature_has_its_own_threshold_and_importance() -> None:
    """S3-49, S2-59: overrides by feature; a run counts by the importance of what moved."""
    api = Api(make_user("pipeline", "Pipeline"))
    ignored = {"features": {"amount": {"ignored": True}}}
    monitor = monitored(api, 0.5, policy=ignored)
    assert not DriftRun.objects.get().drifted
    share = {"minimum_share": 0.5, "features": {"age": {"importance": 8}}, "why": "Age decides."}
    tried = api.post(f"{MONITORS}{monitor['id']}/policy/", share | {"only_test": True}).json()
    assert tried["back_test"]["would_alert"] == 0
    equal = {"minimum_share": 0.3, "why": "Equal weights."}
    tried = api.post(f"{MONITORS}{monitor['id']}/policy/", equal | {"only_test": True}).json()
    assert tried["back_test"]["would_alert"] == 1


def test_accepted_drift_stays_quiet_until_it_grows_or_the_day_comes() -> None:
    api = Api(make_user("pipeline", "Pipeline"))
    monitor = monitored(api, 0.3)
    path = f"{MONITORS}{monitor['id']}/accepted/"
    until = timezone.now() + timedelta(days=30)
    known = {"feature": "amount", "why": "The price rise of May.", "until": until.isoformat()}
    refused = api.post(path, known | {"feature": "age"})
    assert (refused.status_code, refused.json()["code"]) == (400, "monitor.not_drifted")
    late = api.post(path, known | {"until": (timezone.now() - timedelta(days=1)).isoformat()})
    assert (late.status_code, late.json()["code"]) == (400, "monitor.bad_expiry")
    assert api.post(path, known).status_code == 201
    for shift, drifted in ((0.3, False), (0.8, True)):
        stored("orders", data(shift, 20))
        api.post(f"{MONITORS}{monitor['id']}/runs/", {})
        work()
        assert api.get(f"{MONITORS}{monitor['id']}/").json()["runs"][0]["drifted"] is drifted
    DriftMonitor.objects.get().accepted.update(until=timezone.now() - timedelta(days=1))
    stored("orders", data(0.3, 21))
    api.post(f"{MONITORS}{monitor['id']}/runs/", {})
    work()
    assert api.get(f"{MONITORS}{monitor['id']}/").json()["runs"][0]["drifted"] is True


def test_the_clock_starts_a_run_once_for_each_new_version() -> None:
    api = Api(make_user("pipeline", "Pipeline"))
    monitored(api, every_s=3600)
    assert run_due() == 0  # no data but the reference
    stored("orders", data(0.5, 1))
    for expected in (1, 0):
        DriftMonitor.objects.update(next_due_at=timezone.now() - timedelta(minutes=1))
        assert run_due() == expected
        work()
    assert DriftRun.objects.get().drifted
    assert Alert.objects.count() == 1
    assert run_due() == 0  # not due


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"reference": {"dataset": "absent", "version": 1}}, 404, "dataset.not_found"),
        ({"dataset": "absent"}, 404, "dataset.not_found"),
        ({"model": {"name": "absent", "version": 1}}, 404, "model_version.not_found"),
        ({"features": ["absent"]}, 400, "monitor.unknown_feature"),
        ({"policy": {"features": {"absent": {}}}}, 400, "monitor.unknown_feature"),
        ({"policy": {"alpha": 2}}, 400, "request.invalid"),
        ({"policy": {"features": {"amount": {"importance": -1}}}}, 400, "request.invalid"),
        ({"every_s": 1}, 400, "request.invalid"),
        ({}, 409, "monitor.exists"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], status: int, code: str) -> None:
    api = Api(make_user("pipeline", "Pipeline"))
    monitor = monitored(api)
    answer = api.post(MONITORS, BODY | ({"name": "another"} if change else {}) | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    empty = api.post(f"{MONITORS}{monitor['id']}/runs/", {})
    assert (empty.status_code, empty.json()["code"]) == (400, "monitor.no_new_data")
    assert DriftMonitor.objects.count() == 1


def test_who_may_set_up_and_read() -> None:
    monitor = monitored(Api(make_user("pipeline", "Pipeline")), 0)
    viewer, stranger = Api(make_user("viewer", "Viewer")), Api(make_user("secadmin", "Security administrator"))
    path = f"{MONITORS}{monitor['id']}/"
    assert (viewer.get(path).status_code, viewer.post(f"{path}runs/", {}).status_code) == (200, 403)
    assert (stranger.get(path).status_code, stranger.post(MONITORS, BODY).status_code) == (403, 403)
