"""kill -9 of every part of a portal that is at work. PORTAL_TEST_KILLS=60 makes it 60 kills of each part."""

import base64
import os
import random
import secrets
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from modelops.embedded import processes, throwaway
from tests.live import LivePortal
from tests.patience import wait_while_it_moves

pytestmark = [pytest.mark.slow, pytest.mark.timeout(5400)]
EACH = int(os.environ.get("PORTAL_TEST_KILLS", "1"))
PARTS = ("web", "worker", "beat", "sealer")
WRITERS = 3
TABLE = b"delay,carrier\n1.5,UA\n,AA\n-4,B6\n"
# One process instead of three: each costs seconds.
SET_UP = """
from django.core.management import call_command
call_command("setup_portal")
call_command("create_user", "scientist", role="Data scientist")
call_command("create_api_key", "scientist", days=2)
"""
# What is written, and the ledger's row of each. Runs have another row when they end.
STATE = {
    "registry_registeredmodel": "registry.model.registered",
    "registry_dataset": "registry.dataset.created",
    "registry_datasetversion": "registry.dataset_version.added",
    "dataquality_qualityrun": "dataquality.run.requested",
}


class FaultyPortal:
    """A whole portal on servers of its own, all of which can be killed."""

    def __init__(self, folder: Path) -> None:
        self.pair = throwaway.start(durable=True, migrated=True)
        env = {
            "DATABASE_URL": self.pair.database_url,
            "MODELOPS_SEALER_DATABASE_URL": self.pair.sealer_url,
            "REDIS_URL": self.pair.redis_url(),
            "MODELOPS_HOME": str(folder),
            "MODELOPS_ENV": "test",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "MODELOPS_ROOT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        self.parts = LivePortal(env, folder)
        self.command = LivePortal(env, folder)
        self.command.env["MODELOPS_OWNER_DATABASE_URL"] = self.pair.owner_url

    def set_up(self) -> str:
        """Everything runs; returns an API key."""
        self.command.manage("migrate", "--no-input", "-v", "0")
        self.command.manage("audit_key", "create")
        told = self.command.manage("shell", "-v", "0", "--no-imports", "-c", SET_UP).stdout
        self.start_what_ended()
        return told.split()[-1]

    def start_what_ended(self) -> None:
        """As the supervisor does."""
        for part in PARTS:
            self.parts.start(part)

    def kill(self, victim: str) -> None:
        """At once and without warning; the supervisor's part is to start it again."""
        if victim == "postgresql":
            postmaster = self.pair.cluster.running()
            assert postmaster is not None
            os.kill(postmaster, signal.SIGKILL)
            self.pair.processes[0].wait(10)
            self.pair.processes[0] = self.pair.cluster.start(dies_with_parent=True)
            return
        self.parts.kill(victim)
        if victim == "worker":  # its jobs count as abandoned now, and not only when it was silent for long
            self.rows("UPDATE jobs_job SET heartbeat_at = now() - interval '1 h' WHERE state = 'running' RETURNING id")

    def rows(self, statement: str | sql.Composable) -> list[Any]:
        """What the database answers."""
        with psycopg.connect(self.pair.owner_url) as opened:
            return opened.execute(statement).fetchall()  # type: ignore[arg-type]

    def end(self) -> None:
        """All of it."""
        self.parts.stop_all()
        self.pair.remove()


class Writer(threading.Thread):
    """A program that changes state and repeats each request until it is acknowledged."""

    def __init__(self, url: str, key: str, number: int) -> None:
        super().__init__(daemon=True)
        self.number, self.is_over, self.count = number, threading.Event(), 0
        self.base, self.headers = f"{url}/api/v1/", {"Authorization": f"Bearer {key}"}
        self.acknowledged: dict[str, set[str]] = {table: set() for table in STATE}
        self.repeated = 0
        self.refused: list[str] = []

    def run(self) -> None:
        with httpx.Client(base_url=self.base, headers=self.headers, timeout=15, trust_env=False) as self.http:
            while not self.is_over.is_set():
                self._once()

    def _once(self) -> None:
        self.count += 1
        name = f"w{self.number}-{self.count}"
        if self._post("registry_registeredmodel", "models/", name, json={"name": name, "task_type": "other"}) is None:
            return
        if self._post("registry_dataset", "datasets/", name, json={"name": name}) is None:
            return
        file = {"file": ("t.csv", TABLE)}
        if self._post("registry_datasetversion", f"datasets/{name}/versions/", name, files=file) is None:
            return
        self._post("dataquality_qualityrun", "quality-runs/", None, json={"dataset": name, "version": 1})

    def _post(self, table: str, path: str, name: str | None, **body: Any) -> Any:
        """The answer; None when time was over before there was one."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        tries = 0
        while not (self.is_over.is_set() and tries):
            tries += 1
            try:
                answer = self.http.post(path, headers=headers, **body)
            except httpx.TransportError:
                self.repeated += 1
                time.sleep(0.1)
                continue
            if answer.is_success:
                self.acknowledged[table].add(name or answer.json()["id"])
                return answer
            if answer.status_code not in {409, 429, 500, 502, 503} or (
                answer.status_code == 409 and answer.json()["code"] != "idempotency.in_progress"
            ):
                self.refused.append(f"{path} {answer.status_code} {answer.text[:300]}")
                return None
            if answer.status_code == 500:
                self.refused.append(f"{path} 500 {answer.text[:300]}")
            self.repeated += 1
            time.sleep(0.1)
        return None


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[FaultyPortal]:
    portal = FaultyPortal(tmp_path)
    yield portal
    portal.end()


def test_nothing_acknowledged_is_lost_whatever_is_killed(
    portal: FaultyPortal, record_property: Callable[[str, object], None]
) -> None:
    """S3-24, S4-78: state changes = ledger rows, no job lost or done twice, no gap in the seal."""
    key = portal.set_up()
    writers = [Writer(portal.parts.url, key, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    chance = random.Random(20261122)  # noqa: S311 (moments, not secrets)
    victims = [*PARTS, "postgresql"] * EACH
    chance.shuffle(victims)
    for victim in victims:
        before = sum(writer.count for writer in writers)
        at_work = processes.wait_until(lambda b=before: sum(w.count for w in writers) > b, 60)  # type: ignore[misc]
        assert at_work, portal.parts.log("web")[-3000:]
        time.sleep(chance.uniform(0.0, 0.5))
        portal.kill(victim)
        portal.start_what_ended()
    for writer in writers:
        writer.is_over.set()
    for writer in writers:
        writer.join(180)  # its last requests, each of which may take its time
        assert not writer.is_alive()
    unfinished = "SELECT id, kind, state, message FROM jobs_job WHERE state IN ('queued', 'running') ORDER BY 1"
    done = wait_while_it_moves(lambda: not portal.rows(unfinished), lambda: portal.rows(unfinished))
    assert done, (portal.rows(unfinished), portal.parts.log("worker")[-3000:])
    figures = examine(portal, writers)
    portal.parts.kill("sealer")
    portal.command.manage("seal_audit_log", "--once")
    verified = portal.command.manage("verify_audit_log", check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "It holds." in verified.stdout
    assert "gap" not in verified.stdout
    record_property("killed", len(victims))
    record_property("written", figures)
    record_property("verified", verified.stdout)


def examine(portal: FaultyPortal, writers: list[Writer]) -> dict[str, int]:
    """Rows against ledger rows in both directions, and against what was acknowledged."""
    assert [line for writer in writers for line in writer.refused] == []
    found = {}
    for table, event in STATE.items():
        is_named = table in {"registry_registeredmodel", "registry_dataset"}
        rows = portal.rows(
            sql.SQL("SELECT id::text, {} FROM {}").format(
                sql.SQL("name" if is_named else "id::text"), sql.Identifier(table)
            )
            if table != "registry_datasetversion"
            else "SELECT v.id::text, d.name FROM registry_datasetversion v JOIN registry_dataset d ON d.id = dataset_id"
        )
        acknowledged = set().union(*(writer.acknowledged[table] for writer in writers))
        assert acknowledged <= {name for _, name in rows}, table
        # What was written and not acknowledged is at most what each writer had under way at the end.
        assert len(rows) <= len(acknowledged) + WRITERS, table
        told = told_about(portal, event)
        assert sorted(told) == sorted(pk for pk, _ in rows), table
        found[table] = len(rows)
    runs = portal.rows(
        "SELECT r.id::text, r.state, j.state FROM dataquality_qualityrun r JOIN jobs_job j ON j.id = job_id"
    )
    assert {(run, job) for _, run, job in runs} == {("succeeded", "succeeded")}
    assert sorted(told_about(portal, "dataquality.run.completed")) == sorted(pk for pk, _, _ in runs)
    # Besides these there may be what the clock asks for once a day.
    assert portal.rows("SELECT count(*) FROM jobs_job WHERE kind = 'quality.run'") == [(len(runs),)]
    assert portal.rows("SELECT id FROM jobs_job WHERE state <> 'succeeded'") == []
    issues = "SELECT count(*) FROM dataquality_qualityissue"
    assert portal.rows(issues) == portal.rows("SELECT sum(issue_count) FROM dataquality_qualityrun")
    ((events, leaves, last),) = portal.rows(
        "SELECT (SELECT count(*) FROM audit_auditevent), count(*), max(seq) FROM audit_sealing_leaf"
    )
    assert leaves == last + 1
    assert leaves <= events
    found["repeated requests"] = sum(writer.repeated for writer in writers)
    found["ledger rows"] = events
    return found


def told_about(portal: FaultyPortal, event: str) -> list[str]:
    """Whom the ledger's rows of a kind are about."""
    return [
        pk
        for (pk,) in portal.rows(
            sql.SQL("SELECT target_id FROM audit_auditevent WHERE name = {}").format(sql.Literal(event))
        )
    ]
