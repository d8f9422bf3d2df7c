"""A drift run: asked for, done by a job, stored once, alerting, shown (S3-46, S3-48, S3-51)."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from django.db import IntegrityError, connection, transaction
from scipy import stats

from compliance.audit.models import AuditEvent
from dataquality.reading import SealedTable
from modelops.jobs.models import Job
from modelops.jobs.services import run as run_job
from modelops.lib.errors import Invalid
from monitoring.drift.services import start_drift_run
from monitoring.models import Alert, DriftFeature, DriftRun
from tests.accounts.people import make_user
from tests.dataquality.datasets import ACTOR, DEMO, Api, signed_in, stored, stored_file, work

pytestmark = pytest.mark.django_db
GONE = f"{'0' * 32}.sealed"  # the name of a stored file that is not there
RUNS = "/api/v1/drift-runs/"


def flights() -> DriftRun:
    """January against July, done."""
    january = stored_file("flights", "flights-2013-01.parquet")
    run = start_drift_run(january, stored_file("flights", "flights-2013-07.parquet"), actor=ACTOR)
    work()
    run.refresh_from_db()
    return run


def test_january_against_july_drifts_as_scipy_says() -> None:
    run = flights()
    january, july = (pd.read_parquet(DEMO / f"flights-2013-{month}.parquet") for month in ("01", "07"))
    features = {feature.name: feature for feature in run.features.all()}
    assert list(features) == list(january.columns)
    numeric = january.select_dtypes("number").columns
    compared = {name for name, feature in features.items() if feature.is_compared}
    assert {*numeric, "carrier"} <= compared
    for name in numeric:
        expected = stats.ks_2samp(january[name].dropna(), july[name].dropna())
        assert features[name].statistic == pytest.approx(expected.statistic, abs=1e-12)
        assert features[name].p_value == pytest.approx(expected.pvalue, abs=1e-12)
        assert features[name].dropped_reference == january[name].isna().sum()
    drifted = {name for name, feature in features.items() if feature.drifted}
    assert {"temp", "pressure", "humid", "dep_delay", "arr_delay", "air_time"} <= drifted
    assert not drifted & {"day", "hour", "precip"}
    assert features["day"].is_significant
    assert (run.state, run.drifted, run.features_drifted) == ("succeeded", True, len(drifted))
    assert run.features_compared == len(compared)


def test_a_large_file_is_compared_a_row_group_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-46: from its sealed file, and the answers are those of the whole columns."""
    random = np.random.default_rng(12)
    sides = [
        {"a": random.normal(shift, 1, 150_000), "b": random.choice(["x", "y", "z"], 150_000)} for shift in (0.0, 0.1)
    ]
    monkeypatch.setattr("dataquality.profiling.parquet.PIECE_BYTES", 100_000)
    monkeypatch.setattr("dataquality.reading.SealedTable.columns", _of_the_reference_alone(SealedTable.columns))
    run = start_drift_run(stored("large", sides[0]), stored("large", sides[1]), actor=ACTOR)
    work()
    run.refresh_from_db()
    a, b = run.features.all()
    expected = stats.ks_2samp(sides[0]["a"], sides[1]["a"])
    assert (run.state, a.drifted, b.drifted) == ("succeeded", True, False)
    assert (a.statistic, a.p_value) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-12)
    assert (b.n_reference, b.n_current) == (150_000, 150_000)


def _of_the_reference_alone(columns: Any) -> Any:
    read: list[Any] = []

    def once(table: SealedTable, names: Any = None) -> Any:
        read.append(table)
        assert len(read) == 1, "The new data is not read whole."
        return columns(table, names)

    return once


def test_a_drifted_run_opens_one_alert_and_each_step_one_row() -> None:
    run = flights()
    alert = Alert.objects.get()
    assert (alert.source_type, str(alert.source_id)) == ("monitoring.driftrun", str(run.pk))
    names = list(AuditEvent.objects.filter(target_id=str(run.pk)).order_by("id").values_list("name", flat=True))
    assert names == ["monitoring.drift_run.requested", "monitoring.drift_run.completed"]


def test_a_stable_run_opens_none() -> None:
    columns = {"a": list(range(500)), "b": [number % 7 for number in range(500)]}
    run = start_drift_run(stored("t", columns), stored("t", columns), actor=ACTOR)
    work()
    run.refresh_from_db()
    assert (run.state, run.drifted, run.verdict) == ("succeeded", False, "stable")
    assert not Alert.objects.exists()


def test_a_job_that_runs_twice_stores_and_alerts_once() -> None:
    run = flights()
    stored_features = run.features.count()
    Job.objects.filter(pk=run.job_id).update(state="queued", finished_at=None)
    assert run_job(run.job_id)
    run.refresh_from_db()
    assert (run.state, run.features.count(), Alert.objects.count()) == ("succeeded", stored_features, 1)


def test_a_column_without_a_number_is_reported_and_the_rest_compared() -> None:
    nothing = float("nan")
    reference = stored("t", {"a": [1.0, 2.0, 3.0], "void": [nothing] * 3, "few": [1, None, None], "word": ["x"] * 3})
    run = start_drift_run(reference, stored("t", {"a": [1.0, 2.0], "void": [1.0, 2.0], "few": [1, 2]}), actor=ACTOR)
    work()
    run.refresh_from_db()
    assert (run.state, run.features_compared) == ("succeeded", 1)
    reasons = {feature.name: feature.reason for feature in run.features.all()}
    assert reasons == {
        "a": "",
        "void": "The reference sample has 0 finite values; at least 2 are needed.",
        "few": "The reference sample has 1 finite values; at least 2 are needed.",
        "word": "The current data has no such column.",
    }
    page = signed_in(make_user()).get(f"/drift/{run.pk}/").content.decode()
    assert "Not comparable" in page


def test_two_tables_without_a_common_number_end_without_a_verdict_on_any() -> None:
    run = start_drift_run(stored("t", {"a": ["x", "y"]}), stored("t", {"b": ["x", "y"]}), actor=ACTOR)
    work()
    run.refresh_from_db()
    assert (run.state, run.drifted, run.features_compared) == ("succeeded", False, 0)
    page = signed_in(make_user()).get(f"/drift/{run.pk}/").content.decode()
    assert "No feature could be compared" in page


def test_a_version_against_itself_is_refused() -> None:
    version = stored("t", {"a": [1, 2]})
    with pytest.raises(Invalid) as refusal:
        start_drift_run(version, version, actor=ACTOR)
    assert refusal.value.code == "drift.same_version"
    assert not DriftRun.objects.exists()


def test_a_finished_run_cannot_be_changed() -> None:
    columns = {"a": list(range(50))}
    run = start_drift_run(stored("t", columns), stored("t", columns), actor=ACTOR)
    work()
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        DriftRun.objects.filter(pk=run.pk).update(drifted=True)
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        DriftFeature.objects.filter(run=run).update(p_value=0.0)


def test_a_missing_file_fails_the_run_and_the_page_says_so() -> None:
    columns = {"a": list(range(50))}
    current = stored("t", columns)
    run = start_drift_run(stored("t", columns), current, actor=ACTOR)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_artifact DISABLE TRIGGER USER")
        cursor.execute("UPDATE registry_artifact SET storage_name = %s WHERE id = %s", [GONE, current.artifact_id])
        cursor.execute("ALTER TABLE registry_artifact ENABLE TRIGGER USER")
    for _ in range(6):  # a store may be away for a moment, so the job is tried a few times
        Job.objects.filter(pk=run.job_id, state="queued").update(not_before="2013-01-01T00:00:00Z")
        run_job(run.job_id)
    run.refresh_from_db()
    assert (run.state, run.drifted, run.verdict) == ("failed", None, "failed")
    assert not Alert.objects.exists()
    page = signed_in(make_user()).get(f"/drift/{run.pk}/").content.decode()
    assert "The run failed" in page
    assert escape(run.failure) in page


def test_no_value_of_the_data_stands_in_the_clear() -> None:
    canary = 8_713_620_911
    run = start_drift_run(
        stored("t", {"a": [*range(100), canary]}), stored("t", {"a": [*range(50, 150), canary]}), actor=ACTOR
    )
    work()
    with connection.cursor() as cursor:
        for table in (
            "monitoring_driftfeature",
            "monitoring_driftrun",
            "monitoring_alert",
            "jobs_job",
            "audit_auditevent",
        ):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            assert str(canary) not in cursor.fetchone()[0], table
    profile = DriftFeature.objects.defer(None).get(run=run).profile
    assert profile is not None
    assert profile["reference"]["quantiles"][-1] == canary


def test_the_rest_contract() -> None:
    stored_file("flights", "flights-2013-01.parquet")
    stored_file("flights", "flights-2013-07.parquet")
    pipeline = Api(make_user("pipeline", "Pipeline"))
    body = {"reference": {"dataset": "flights", "version": 1}, "current": {"dataset": "flights", "version": 2}}
    accepted = pipeline.post(RUNS, body)
    assert accepted.status_code == 202
    assert {"id", "job"} <= accepted.json().keys()
    path = f"{RUNS}{accepted.json()['id']}/"
    assert pipeline.get(path).json()["drifted"] is None
    work()
    done = pipeline.get(path).json()
    assert done["drifted"] is True
    temp = next(feature for feature in done["features"] if feature["name"] == "temp")
    assert temp["drifted"] is True
    assert temp["statistic"] > 0.99
    assert temp["p_value"] < 1e-300
    carrier = next(feature for feature in done["features"] if feature["name"] == "carrier")
    assert (carrier["method"], carrier["reason"]) == ("chi_square", "")
    assert carrier["measures"].keys() >= {"psi", "jensen_shannon", "new_categories", "vanished_categories"}
    assert [row["id"] for row in pipeline.get(RUNS).json()["results"]] == [accepted.json()["id"]]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"reference": {"dataset": "absent", "version": 1}}, 404, "dataset.not_found"),
        ({"current": {"dataset": "t", "version": 3}}, 404, "dataset_version.not_found"),
        ({"current": {"dataset": "t", "version": 1}}, 400, "drift.same_version"),
        ({"current": "t"}, 400, "request.invalid"),
        ({"alpha": 0}, 400, "request.invalid"),
        ({"minimum_effect": 2}, 400, "request.invalid"),
        ({"minimum_effect": "NaN"}, 400, "request.invalid"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], status: int, code: str) -> None:
    stored("t", {"a": [1, 2]})
    stored("t", {"a": [1, 3]})
    pipeline = Api(make_user("pipeline", "Pipeline"))
    good = {"reference": {"dataset": "t", "version": 1}, "current": {"dataset": "t", "version": 2}}
    answer = pipeline.post(RUNS, {**good, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not DriftRun.objects.exists()
    assert pipeline.post(RUNS, good).status_code == 202


def test_who_may_start_and_read() -> None:
    stored("t", {"a": [1, 2]})
    stored("t", {"a": [1, 3]})
    body = {"reference": {"dataset": "t", "version": 1}, "current": {"dataset": "t", "version": 2}}
    viewer, stranger = Api(make_user("viewer", "Viewer")), Api(make_user("secadmin", "Security administrator"))
    assert (viewer.post(RUNS, body).status_code, viewer.get(RUNS).status_code) == (403, 200)
    assert (stranger.post(RUNS, body).status_code, stranger.get(RUNS).status_code) == (403, 403)
    assert not DriftRun.objects.exists()
    assert Api(make_user()).post(RUNS, body).status_code == 202


def test_pages_show_progress_then_the_verdict_with_pictures() -> None:
    january = stored_file("flights", "flights-2013-01.parquet")
    july = stored_file("flights", "flights-2013-07.parquet")
    client = signed_in(make_user())
    assert "Nothing has been compared yet" in client.get("/drift/").content.decode()
    form = client.get("/drift/new/?reference=flights&reference_version=1&current=flights&current_version=2")
    assert f'value="{january.pk}" selected' in form.content.decode()
    data = {"reference": str(january.pk), "current": str(july.pk), "minimum_effect": "0.025", "alpha": "0.01"}
    refused = client.post("/drift/new/", {**data, "current": str(january.pk)})
    assert refused.status_code == 422
    assert "Choose another version" in refused.content.decode()
    page = client.post("/drift/new/", data)["Location"]
    assert "hx-get" in client.get(page).content.decode()
    work()
    done = client.get(page).content.decode()
    assert "hx-get" not in done
    assert "How temp is distributed" in done
    assert "D = 0.998" in done
    assert "significant, too small to matter" in done
    assert "Numbers and categories are compared; the reference column is a time." in done
    assert "style=" not in done
    assert "How dep_delay is distributed" in client.get(f"{page}?feature=dep_delay").content.decode()
    assert "How temp is distributed" in client.get(f"{page}?feature={quote('<b>')}").content.decode()
    assert page in client.get("/drift/?verdict=drifted&q=flights").content.decode()
    assert page not in client.get("/drift/?verdict=stable").content.decode()


def test_pages_are_for_those_who_may() -> None:
    columns = {"a": list(range(50))}
    run = start_drift_run(stored("t", columns), stored("t", columns), actor=ACTOR)
    viewer = signed_in(make_user("viewer", "Viewer"))
    assert viewer.get(f"/drift/{run.pk}/").status_code == 200
    assert viewer.get("/drift/new/").status_code == 403
    stranger = signed_in(make_user("secadmin", "Security administrator"))
    assert stranger.get(f"/drift/{run.pk}/").status_code == 403
