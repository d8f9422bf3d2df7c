"""kill -9 of whoever collects, erases or removes what is past its date. PORTAL_TEST_KILLS=60 kills at 60 moments."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection
from django.utils import timezone

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from compliance.retention.models import RetentionRun
from compliance.retention.services import CONFIRMATION, start_run
from compliance.subjects import services
from compliance.subjects.erasure import approving, outside, planning
from compliance.subjects.erasure.certificate import keys
from compliance.subjects.erasure.verify_certificate import check
from compliance.subjects.models import ErasurePlan, StepState, SubjectBundle, SubjectRequest
from modelops.jobs.models import Job
from modelops.jobs.services import run as run_job
from registry.frames import open_table
from registry.people.models import PersonRows
from tests.accounts.people import make_user
from tests.registry.people.cases import with_people
from tests.registry.samples import make_dataset

from .cases import OFFICER, confirmed_case

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(900)]
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))
_RETENTION_STATEMENTS = 120
"""A run of retention makes more: it looks at each class of data."""

# Starts Django once; then a process of its own for each job: it dies before its n-th statement. The first job of a
# group is left alone, and tells how many statements there are; the last tenth is spared, for later ones make fewer.
_FORKED = """
import json, os, signal, sys
import django
django.setup()
from django.db import connection
from modelops.jobs.services import run

steps = {"done": 0, "last": 0}

def look(execute, sql, params, many, context):
    steps["done"] += 1
    if steps["done"] == steps["last"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

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

for group in json.load(sys.stdin):
    jobs, within = group["jobs"], group["within"]
    if not within:
        status, within = forked(0, jobs.pop(0))
        assert status == 0 and within > 20, (status, within)
    ended = [forked(1 + place * (within - 1) * 9 // (10 * len(jobs)), job)[0] for place, job in enumerate(jobs)]
    print(json.dumps(sorted(ended)))
"""


def _killed(*groups: tuple[list[Any], int]) -> list[list[int]]:
    """How each process of each group ended; ``(jobs, statements)``, 0 for a group that is counted first."""
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{base.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    done = subprocess.run(
        [sys.executable, "-c", _FORKED],
        input=json.dumps([{"jobs": [str(job) for job in jobs], "within": within} for jobs, within in groups]),
        env={
            **os.environ,
            "DATABASE_URL": f"{database}?{options}" if options else database,
            "MODELOPS_ERASURE_LEDGER": str(portal.MODELOPS_ERASURE_LEDGER),
        },
        cwd=portal.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def _go_on() -> None:
    """What the reconciler does after the time in which a worker must be heard of: nobody waits for it here."""
    Job.objects.filter(state="running").update(state="queued")
    for job in Job.objects.filter(state="queued").order_by("created_at").values_list("pk", flat=True):
        run_job(job)
    assert list(Job.objects.exclude(state="succeeded").values_list("kind", "state", "message")) == []


def _told(name: str) -> int:
    return AuditEvent.objects.filter(name=name).count()


def test_an_erasure_is_ended_once_wherever_its_worker_is_killed(officer: Any, settings: Any, tmp_path: Path) -> None:
    """S4-64, S4-71, S4-72: certificate after the sweep, one row a change, the file and the ledger outside whole."""
    settings.MODELOPS_ERASURE_LEDGER = str(tmp_path / "erasures")
    second = actor_of(make_user("second", "Compliance officer"))
    people = [f"p{number}@example.org" for number in range(KILLS + 1)]
    rows = "".join(f"{person},{number}\n" * 2 for number, person in enumerate([*people, "stays@example.org"]))
    scientist = make_user("scientist", "Data scientist")
    data = with_people(make_dataset(scientist), scientist, f"who,n\n{rows}".encode(), column="who")
    plans = []
    for person in people:
        plan = planning.preview(confirmed_case("erasure", person), actor=actor_of(officer))
        plans.append(approving.execute(approving.approve(plan, actor=second), actor=actor_of(officer)))
    assert _killed(([plan.job_id for plan in plans], 0)) == [[-signal.SIGKILL] * KILLS]
    for plan in ErasurePlan.objects.exclude(state="done"):
        assert plan.certificate == ""
    _go_on()
    for plan, person in zip(plans, people, strict=True):
        plan.refresh_from_db()
        assert (plan.state, plan.failure) == ("done", "")
        assert check(plan.certificate, keys(), person) == []
        assert [step.erased for step in plan.steps.all()] == [2]
    steps = sum(plan.steps.filter(state=StepState.DONE).count() for plan in plans)
    assert _told("subjects.erasure.part_erased") == _told("people.rows.erased") == steps == len(people)
    assert _told("subjects.erasure.completed") == _told("subjects.request.delivered") == len(people)
    data.refresh_from_db()
    left = [row for batch in open_table(data).batches() for row in batch.to_pylist()]
    assert [row["who"] for row in left] == ["stays@example.org"] * 2
    assert data.rows == 2
    assert PersonRows.objects.count() == 1
    assert len(list(outside.entries())) == len(people)


def test_an_export_and_a_removal_are_ended_once_wherever_they_are_killed() -> None:
    """S4-62, S3-35, S4-76: one bundle a request; what the runs counted is what was removed."""
    requests = [
        services.collect(confirmed_case("access", f"p{number}@example.org"), actor=OFFICER)
        for number in range(KILLS + 1)
    ]
    collecting = [request.collection_job_id for request in requests]
    assert _killed((collecting, 0)) == [[-signal.SIGKILL] * KILLS]
    assert SubjectRequest.objects.filter(state="ready").count() == SubjectBundle.objects.count()
    _go_on()
    assert SubjectRequest.objects.filter(state="ready").count() == SubjectBundle.objects.count() == len(requests)
    assert _told("subjects.bundle.collected") == len(requests)

    SubjectBundle.objects.update(expires_at=timezone.now())
    runs = [start_run(execute=True, actor=OFFICER, confirmation=CONFIRMATION) for _ in range(KILLS)]
    assert _killed(([run.job_id for run in runs], _RETENTION_STATEMENTS)) == [[-signal.SIGKILL] * KILLS]
    _go_on()
    assert SubjectBundle.objects.filter(sealed=None).count() == _told("subjects.bundle.expired") == len(requests)
    finished = RetentionRun.objects.exclude(finished_at=None)
    assert finished.count() == _told("retention.run.finished") == len(runs)
    assert sum(run.lines["subjects.bundles"]["removed"] for run in finished) == len(requests)
    applied = AuditEvent.objects.filter(name="retention.rule.applied", target_id="subjects.bundles")
    assert sum(row.details["removed"] for row in applied) == len(requests)
