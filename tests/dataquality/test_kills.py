"""kill -9 of whoever works at a quality run. PORTAL_TEST_KILLS=60 kills at 60 moments."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings as portal
from django.db import connection

from compliance.audit.models import AuditEvent
from dataquality.models import QualityIssue, QualityRun, RuleSuggestion
from dataquality.services import start_quality_run
from modelops.jobs.models import Job
from modelops.jobs.services import run as run_job
from tests.dataquality.datasets import ACTOR, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(600)]
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))

# Starts Django once; then a process of its own for each moment: it dies before its n-th statement or batch of rows.
_FORKED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
import dataquality.engine, dataquality.personal_columns, dataquality.masking
from dataquality.reading import SealedTable
from modelops.jobs.services import run

steps = {"done": 0, "last": 0}

def step():
    steps["done"] += 1
    if steps["done"] == steps["last"]:
        os.kill(os.getpid(), signal.SIGKILL)

def look(execute, sql, params, many, context):
    step()
    return execute(sql, params, many, context)

given = SealedTable.batches

def batches(self, names=None):
    for batch in given(self, names):
        step()
        yield batch

SealedTable.batches = batches

def forked(last, job):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            steps["last"] = last
            with connection.execute_wrapper(look):
                assert run(job)
            os.write(writing, b"%d" % steps["done"])
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    said = os.read(reading, 20)
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(said or 0)

alone, *jobs = sys.argv[1:]
status, count = forked(0, alone)
print(status, count > 20)
print({forked(1 + place * (count - 1) // max(len(jobs), 1), job)[0] for place, job in enumerate(jobs)})
"""


def test_a_run_whose_worker_is_killed_at_any_statement_is_stored_once() -> None:
    """S3-34: nothing of a killed attempt stays, and the next one ends the run with one result."""
    version = stored("people", {"a": [1, None, 3, 400] * 20_000, "b": ["x", "y", "", "x\x00"] * 20_000})
    runs = [start_quality_run(version, actor=ACTOR) for _ in range(KILLS + 1)]
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{base.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    done = subprocess.run(
        [sys.executable, "-c", _FORKED, *(str(run.job_id) for run in runs)],
        env={**os.environ, "DATABASE_URL": f"{database}?{options}" if options else database},
        cwd=portal.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == ["0 True", "{-9}"], done.stderr[-3000:]
    # What the reconciler does after the time in which a worker must be heard of: nobody waits for it here.
    Job.objects.filter(state="running").update(state="queued")
    for run in runs:
        run_job(run.job_id)
    found = {(run.state, run.score, run.issue_count) for run in QualityRun.objects.all()}
    assert len(found) == 1
    ((state, score, issues),) = found
    assert (state, score is not None, issues > 0) == ("succeeded", True, True)
    assert QualityIssue.objects.count() == issues * len(runs)
    assert RuleSuggestion.objects.count() == len(runs)
    assert AuditEvent.objects.filter(name="dataquality.run.completed").count() == len(runs)
