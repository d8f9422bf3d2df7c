"""kill -9 of the sealer and of PostgreSQL while rows are written. PORTAL_TEST_KILLS=60 makes it long."""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from compliance.audit.sealing.note import PublicKey, check
from compliance.audit.sealing.tiles import StoredTree
from compliance.audit.sealing.tree import Frontier, frontier_at
from modelops.embedded import processes, throwaway
from modelops.embedded.paths import CHECKOUT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))
WRITERS = 3
INSERT = """
INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details,
                              request_id, source)
SELECT unnest(%s::uuid[]), 'tests.thing.done', 'system', 'success', 'system', 'tests', 'tests.thing', '', '{}', '', ''
"""


@pytest.fixture
def pair() -> Iterator[throwaway.ThrowAway]:
    """Servers of this test's own: the others' must not be killed."""
    pair = throwaway.start(durable=True, migrated=True)
    yield pair
    pair.remove()


class Sealing:
    """The sealer as a process, with a key and an anchor of its own."""

    def __init__(self, pair: throwaway.ThrowAway, folder: Path) -> None:
        self.folder = folder
        self.anchor = folder / "anchors" / "checkpoints"
        self.env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
            "DATABASE_URL": pair.owner_url,
            "REDIS_URL": pair.redis_url(),
            "MODELOPS_HOME": str(folder),
            "MODELOPS_ENV": "test",
            "SECRET_KEY": secrets.token_urlsafe(48),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> None:
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=CHECKOUT, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]

    def start(self) -> None:
        self.process = processes.spawn(
            [sys.executable, "manage.py", "seal_audit_log"],
            log=self.folder / "sealer.log",
            env=self.env,
            cwd=CHECKOUT,
            dies_with_parent=signal.SIGKILL,
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)


class Writer(threading.Thread):
    """Adds rows in transactions that are held open for a moment, and remembers which were committed."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__(daemon=True)
        self.url, self.chance = url, random.Random(number)  # noqa: S311
        self.committed: set[uuid.UUID] = set()
        self.tried: set[uuid.UUID] = set()
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.is_set():
            try:
                with psycopg.connect(self.url) as opened:
                    while not self.is_over.is_set():
                        self._write(opened)
            except psycopg.OperationalError:
                time.sleep(0.05)

    def _write(self, opened: psycopg.Connection) -> None:
        ids = [uuid.uuid4() for _ in range(self.chance.randint(1, 40))]
        self.tried.update(ids)
        opened.execute(INSERT, [ids])
        time.sleep(self.chance.uniform(0, 0.05))
        if self.chance.random() < 0.1:
            opened.rollback()
            self.tried.difference_update(ids)
        else:
            opened.commit()
            self.committed.update(ids)


def sealed_rows(url: str) -> int:
    """How large the tree is now; -1 while the server does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=2) as opened:
            return int(opened.execute("SELECT coalesce(max(size), 0) FROM audit_sealing_seal").fetchone()[0])  # type: ignore[index]
    except psycopg.OperationalError:
        return -1


def kill_postgresql(pair: throwaway.ThrowAway) -> None:
    postmaster = pair.cluster.running()
    assert postmaster is not None
    os.kill(postmaster, signal.SIGKILL)
    pair.processes[0].wait(10)
    pair.processes[0] = pair.cluster.start(dies_with_parent=True)


def test_no_row_is_missed_or_sealed_twice_whatever_is_killed(pair: throwaway.ThrowAway, tmp_path: Path) -> None:
    """S3-24, S4-78: no gap, no row missed or sealed twice, and each checkpoint continues the one before."""
    sealing = Sealing(pair, tmp_path)
    sealing.manage("migrate", "--skip-checks", "--no-input", "-v", "0")
    sealing.manage("audit_key", "create")
    writers = [Writer(pair.owner_url, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    sealing.start()
    chance = random.Random(20261122)  # noqa: S311 (moments, not secrets)
    for number in range(KILLS):
        before = sealed_rows(pair.owner_url)
        grown = processes.wait_until(lambda b=before: sealed_rows(pair.owner_url) > b, 60)  # type: ignore[misc]
        assert grown, (tmp_path / "sealer.log").read_text()[-3000:]
        time.sleep(chance.uniform(0.0, 0.7))
        if number % 2:
            kill_postgresql(pair)
        else:
            sealing.kill()
            sealing.start()
    for writer in writers:
        writer.is_over.set()
        writer.join(30)
    sealing.kill()
    sealing.manage("seal_audit_log", "--once")
    with psycopg.connect(pair.owner_url) as opened:
        examine(opened, writers, sealing.anchor)


def examine(opened: psycopg.Connection, writers: list[Writer], anchor: Path) -> None:
    """The tree against the rows, the checkpoints against the tree, and the anchor against the checkpoints."""

    def rows(statement: str) -> list[Any]:
        return opened.execute(statement).fetchall()

    leaves = rows("SELECT seq, event_id, hash FROM audit_sealing_leaf ORDER BY seq")
    assert [seq for seq, _, _ in leaves] == list(range(len(leaves)))
    events = {one for (one,) in rows("SELECT id FROM audit_auditevent")}
    assert {event for _, event, _ in leaves} == events
    assert len(leaves) == len(events)
    for writer in writers:
        assert writer.committed <= events
    written = {one for (one,) in rows("SELECT id FROM audit_auditevent WHERE name = 'tests.thing.done'")}
    assert written <= set().union(*(writer.tried for writer in writers))

    roots, frontier = {}, Frontier()
    for _, _, value in leaves:
        frontier.append(value)
        roots[frontier.size] = frontier.root()
    with opened.cursor() as cursor:
        assert frontier_at(len(leaves), StoredTree(cursor)).root() == roots[len(leaves)]
    keys = [PublicKey(name, raw) for name, raw in rows("SELECT name, public_key FROM audit_sealing_checkpointkey")]
    heads = [check(note, keys)[0] for (note,) in rows("SELECT note FROM audit_sealing_checkpoint ORDER BY id")]
    kept = [check(json.loads(line)["note"], keys)[0] for line in anchor.read_text().splitlines()]
    assert kept[-1] == heads[-1]
    assert set(kept) <= set(heads)
    for found in (heads, kept):
        assert [head.size for head in found] == sorted(head.size for head in found)
        assert all(roots[head.size] == head.root for head in found)
    assert heads[-1].size == len(leaves)
    assert rows("SELECT count(*) FROM audit_auditevent WHERE name = 'audit.checkpoint.refused'") == [(0,)]
