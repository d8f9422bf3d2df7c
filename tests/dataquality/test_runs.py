"""A quality run: asked for, done by a job, stored once, recorded."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from compliance.audit.models import AuditEvent
from dataquality.engine import examine
from dataquality.models import QualityIssue, QualityRun
from dataquality.reading import SealedTable
from dataquality.services import start_quality_run, store_report
from modelops.jobs.models import Job
from modelops.jobs.services import reconcile
from modelops.jobs.services import run as run_job
from modelops.lib.errors import Conflict
from tests.accounts.people import make_user
from tests.dataquality.datasets import ACTOR, signed_in, stored, stored_bytes, stored_file, work

pytestmark = pytest.mark.django_db
GONE = f"{'0' * 32}.sealed"  # the name of a stored file that is not there


def test_the_demo_is_scored_end_to_end() -> None:
    run = start_quality_run(stored_file("flights", "flights-2013-01.parquet"), actor=ACTOR)
    work()
    run.refresh_from_db()
    assert run.job is not None
    assert (run.state, run.job.state, run.job.done) == ("succeeded", "succeeded", run.dataset_version.rows)
    assert run.score is not None
    assert 99 < run.score < 100
    issues = {(issue.rule, issue.column): issue for issue in run.issues.all()}
    assert issues[("missing", "dep_time")].count == 521
    assert run.score == 100 - sum(issue.deduction for issue in run.issues.all())
    assert sum(float(line["weight"]) for line in run.dimensions) == pytest.approx(100)


def test_each_step_leaves_exactly_one_row_in_the_ledger() -> None:
    run = start_quality_run(stored("t", {"a": [1, None, 3]}), actor=ACTOR)
    work()
    rows = AuditEvent.objects.filter(target_id=str(run.pk)).order_by("id")
    assert [row.name for row in rows] == ["dataquality.run.requested", "dataquality.run.completed"]
    assert rows[1].details == {"dataset": "t", "version": 1, "score": "88.88", "issues": 1}


def test_a_job_that_runs_twice_stores_once() -> None:
    run = start_quality_run(stored("t", {"a": [1, None, 3]}), actor=ACTOR)
    assert run_job(run.job_id)
    assert not run_job(run.job_id)
    # A second attempt that took the job over finds a run that has ended and changes nothing.
    Job.objects.filter(pk=run.job_id).update(state="queued", finished_at=None)
    assert run_job(run.job_id)
    assert QualityIssue.objects.filter(run=run).count() == 1
    run.refresh_from_db()
    assert run.state == "succeeded"


def test_a_worker_that_died_is_replaced() -> None:
    run = start_quality_run(stored("t", {"a": [1, None, 3]}), actor=ACTOR)
    Job.objects.filter(pk=run.job_id).update(state="running", attempts=1, heartbeat_at="2013-01-01T00:00:00Z")
    reconcile()
    Job.objects.filter(pk=run.job_id).update(not_before="2013-01-01T00:00:00Z")
    work()
    run.refresh_from_db()
    assert run.state == "succeeded"


def test_a_damaged_file_fails_the_run_and_says_so() -> None:
    version = stored("t", {"a": list(range(1000))})
    run = start_quality_run(version, actor=ACTOR)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_artifact DISABLE TRIGGER USER")
        cursor.execute("UPDATE registry_artifact SET storage_name = %s WHERE id = %s", [GONE, version.artifact_id])
        cursor.execute("ALTER TABLE registry_artifact ENABLE TRIGGER USER")
    for _ in range(6):
        Job.objects.filter(pk=run.job_id, state="queued").update(not_before="2013-01-01T00:00:00Z")
        run_job(run.job_id)
    run.refresh_from_db()
    assert (run.state, run.score) == ("failed", None)
    assert run.failure
    assert AuditEvent.objects.filter(name="jobs.job.failed", target_id=str(run.job_id)).count() == 1


def test_a_finished_run_cannot_be_changed() -> None:
    run = start_quality_run(stored("t", {"a": [1, None, 3]}), actor=ACTOR)
    work()
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        QualityRun.objects.filter(pk=run.pk).update(score=100)
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        QualityIssue.objects.filter(run=run).update(count=0)
    QualityRun.objects.filter(pk=run.pk).update(requested_by=None)


def test_a_second_report_is_refused() -> None:
    run = start_quality_run(stored("t", {"a": [1, None, 3]}), actor=ACTOR)
    work()
    with pytest.raises(Conflict), transaction.atomic():
        store_report(run, examine(SealedTable(run.dataset_version)), examined_sha256="", actor=ACTOR)


def test_a_csv_file_is_examined_too() -> None:
    lines = ["name,amount,day"] + [f"n{number},{number}.5,2013-01-{number % 28 + 1:02}" for number in range(60)]
    lines += ["n60,soon,2013-02-28", "n61,,2013-02-28"]
    run = start_quality_run(stored_bytes("csv", "\n".join(lines).encode(), "table.csv"), actor=ACTOR)
    work()
    run.refresh_from_db()
    found = {(issue.rule, issue.column) for issue in run.issues.all()}
    assert ("not_a_number", "amount") in found
    assert ("missing", "amount") in found


def test_a_changed_schema_is_compared_with_the_version_before() -> None:
    stored("t", {"a": [1, 2, 3], "b": [1, 2, 3]})
    run = start_quality_run(stored("t", {"a": ["x", "y", "z"], "c": [1, 2, 3]}), actor=ACTOR)
    work()
    assert {(issue.rule, issue.column) for issue in run.issues.all()} == {("retyped", "a"), ("removed", "b")}


def test_no_value_of_the_data_stands_in_the_clear() -> None:
    canary = 8_713_620_911
    values = [*range(100), canary]
    run = start_quality_run(stored("t", {"a": values, "b": [f"canary-{canary}-{n % 90}" for n in values]}), actor=ACTOR)
    work()
    with connection.cursor() as cursor:
        for table in ("dataquality_qualityissue", "dataquality_qualityrun", "jobs_job", "audit_auditevent"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            assert str(canary) not in cursor.fetchone()[0], table
    outlier = QualityIssue.objects.defer(None).get(run=run, rule="outlier")
    assert outlier.detail is not None
    assert outlier.detail["high"] == pytest.approx(75 + 1.5 * 50)


def test_pages_show_progress_then_the_arithmetic() -> None:
    client = signed_in(make_user())
    assert "Nothing has been examined yet" in client.get("/quality/").content.decode()
    version = stored("t", {"a": [1, None, 3, 4, 5], "b": ["x", "y", "z", "v", "w"]})
    form = client.get("/quality/new/?dataset=t&version=1").content.decode()
    assert f'value="{version.pk}" selected' in form
    answer = client.post("/quality/new/", {"dataset_version": str(version.pk)})
    run = QualityRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/quality/{run.pk}/")
    waiting = client.get(answer["Location"]).content.decode()
    assert "hx-get" in waiting
    assert "waiting for a worker" in waiting
    work()
    done = client.get(answer["Location"]).content.decode()
    assert "hx-get" not in done
    assert "1 of 5 values are missing" in done
    assert "How the score is made" in done
    assert f"<strong>{run_score()}</strong>" in done
    assert "Asked for the quality of t version 1" in done
    assert "style=" not in done
    assert "<script>" not in done
    listed = client.get("/quality/?q=t&state=succeeded").content.decode()
    assert f"/quality/{run.pk}/" in listed
    assert f"/quality/{run.pk}/" not in client.get("/quality/?state=failed").content.decode()


def run_score() -> str:
    """The exact score of the one run."""
    return str(QualityRun.objects.get().score)


def test_pages_are_for_those_who_may() -> None:
    run = start_quality_run(stored("t", {"a": [1, 2]}), actor=ACTOR)
    viewer = signed_in(make_user("viewer", "Viewer"))
    assert viewer.get(f"/quality/{run.pk}/").status_code == 200
    assert viewer.get("/quality/new/").status_code == 403
    stranger = signed_in(make_user("secadmin", "Security administrator"))
    assert stranger.get(f"/quality/{run.pk}/").status_code == 403
    assert stranger.get("/quality/").status_code == 403


def test_an_empty_choice_is_refused_with_the_form() -> None:
    client = signed_in(make_user())
    answer = client.post("/quality/new/", {"dataset_version": ""})
    assert answer.status_code == 422
    assert not QualityRun.objects.exists()
