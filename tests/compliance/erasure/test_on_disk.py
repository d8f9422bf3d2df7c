"""What the servers write to their disks about a person: the write-ahead log, pages, Valkey's file, logs."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.apps import apps
from psycopg import sql

from compliance.subjects.mentions import declared
from modelops.embedded import throwaway
from modelops.embedded.paths import CHECKOUT
from tests.apart import environment

from .canary import ADDRESS, NAME
from .on_disk import SEALED, SEALED_NAME

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Step = Callable[[str], None]
# As docs/howto/answer-a-data-subject-request.md says: who signs in and where a link was mailed to, beside texts that
# people wrote, which are searched for whoever asks.
ACCOUNTS = {"accounts_user", "recovering_mailedlink"}
LOG = "postgres/pg_wal"


@pytest.fixture
def pair() -> Iterator[throwaway.ThrowAway]:
    """Servers as in production: full pages in the write-ahead log, an append-only file, autovacuum."""
    pair = throwaway.start(durable=True, migrated=True)
    pair.cluster.sql("ALTER SYSTEM SET wal_recycle = off")  # as the how-to advises
    pair.cluster.sql("SELECT pg_reload_conf()")
    yield pair
    pair.remove()


@pytest.fixture
def step(pair: throwaway.ThrowAway, tmp_path: Path) -> Iterator[Step]:
    env = environment(pair, tmp_path, MODELOPS_ERASURE_LEDGER=str(tmp_path / "erasures"))
    (tmp_path / "erasures").mkdir(mode=0o700)
    with (tmp_path / "portal.log").open("wb") as log:
        portal = subprocess.Popen(
            [sys.executable, "-m", "tests.compliance.erasure.on_disk"], cwd=CHECKOUT, env=env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    assert portal.stdin is not None
    assert portal.stdout is not None

    def take(name: str) -> None:
        print(name, file=portal.stdin, flush=True)
        assert portal.stdout is not None
        assert portal.stdout.readline() == "done\n", (tmp_path / "portal.log").read_text()[-3000:]

    yield take
    portal.stdin.close()
    portal.wait(20)
    portal.stdout.close()


def found(pair: throwaway.ThrowAway, home: Path, *words: str) -> set[str]:
    """Where any of the words stands on a disk: tables by name, and files of all else by their folder."""
    with psycopg.connect(pair.owner_url, autocommit=True) as database:
        database.execute("CHECKPOINT")
        tables = dict(
            database.execute(
                "SELECT pg_relation_filepath(c.oid), coalesce(o.oid, i.indrelid, c.oid)::regclass::text FROM pg_class c"
                " LEFT JOIN pg_index i ON i.indexrelid = c.oid"
                " LEFT JOIN pg_class o ON o.reltoastrelid = coalesce(i.indrelid, c.oid)"
                " WHERE pg_relation_filepath(c.oid) IS NOT NULL"
            ).fetchall()
        )
    with redis.Redis.from_url(pair.redis_url()) as store:
        store.save()  # beside the append-only file
    pattern = re.compile("|".join(re.escape(word) for word in words).encode(), re.IGNORECASE)
    places = set()
    for root in (pair.folder, home):
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink() and pattern.search(path.read_bytes()):
                within = path.relative_to(root)
                file = str(path.relative_to(pair.cluster.data)).partition(".")[0] if "base" in within.parts else ""
                places.add(tables.get(file.partition("_")[0]) or str(within.parent))
    return places


def written_by_people() -> set[str]:
    """Tables with a column of free text, as they are declared for the search."""
    return {apps.get_model(label)._meta.db_table for label in declared()}


def test_a_person_on_the_disk(pair: throwaway.ThrowAway, step: Step, tmp_path: Path) -> None:
    """S4-61, S0-35: what is sealed is in clear in no file, ever; the rest is where the how-to says, as long as it says.

    Looked for in tables, indexes, the write-ahead log with full pages, both files of Valkey, logs and stored files.
    """
    step("set_up")
    step("sealed")
    assert found(pair, tmp_path, SEALED, SEALED_NAME) == set()
    step("clear")
    places = found(pair, tmp_path, ADDRESS, NAME)
    assert LOG in places, "the search finds what is there"
    assert places - {LOG} - written_by_people() == ACCOUNTS
    step("erased")
    left = found(pair, tmp_path, ADDRESS, NAME)
    assert LOG in left
    assert left <= places
    with psycopg.connect(pair.owner_url, autocommit=True) as database:
        tables = sql.SQL(", ").join(sql.Identifier(table) for table in sorted(left - {LOG}))
        database.execute(sql.SQL("VACUUM FULL {}").format(tables))
    assert found(pair, tmp_path, ADDRESS, NAME) == {LOG}
    pair.cluster.sql("SELECT pg_switch_wal()")
    assert found(pair, tmp_path, ADDRESS, NAME, SEALED, SEALED_NAME) == set(), "gone with the next checkpoint"
