"""The audit log: what sealing costs those who write, how soon rows are sealed, and what a proof takes.

The peer is what most tamper-evident tables do: a trigger chains each row to the one before, under a lock that is held
until the transaction ends.
"""

import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import Any

from . import portal
from .table import Table

_OURS, _PLAIN, _PEER = "audit log with its sealer", "plain table (limit)", "per-row chain under a lock"
_TABLES = {_PLAIN: "bench_events", _OURS: "audit_auditevent", _PEER: "bench_chained"}
_WRITERS, _QUICK_WRITERS = 8, 2
_CHAIN = """
CREATE TABLE bench_events (LIKE audit_auditevent INCLUDING ALL);
CREATE TABLE bench_chained (LIKE audit_auditevent INCLUDING ALL, seq bigint, chain bytea);
CREATE TABLE bench_head (seq bigint, chain bytea);
INSERT INTO bench_head VALUES (0, '');
CREATE FUNCTION bench_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(42);
    UPDATE bench_head SET seq = seq + 1, chain = sha256(chain || convert_to(NEW::text, 'UTF8'))
        RETURNING seq, chain INTO NEW.seq, NEW.chain;
    RETURN NEW;
END $$;
CREATE TRIGGER bench_chain BEFORE INSERT ON bench_chained FOR EACH ROW EXECUTE FUNCTION bench_chain();
"""


def measure(*, quick: bool = False) -> Table:
    """Rows a second of eight writers, in turns: without anything, with the sealer at work, with a chain.

    The turns change their order, and each begins with the disk at rest: what one leaves must not slow the next.
    """
    portal.start()
    os.environ["MODELOPS_CHECKPOINT_KEY_FILE"] = f"{os.environ['MODELOPS_HOME']}/checkpoint.key"
    _execute(_CHAIN)
    writers = _QUICK_WRITERS if quick else _WRITERS
    rounds, seconds, leaves, batch = (1, 0.3, 2_000, 1_000) if quick else (15, 3.0, 1_000_000, 100_000)
    from django.core.management import call_command

    call_command("audit_key", "create", verbosity=0)
    rates: dict[str, list[float]] = {name: [] for name in _TABLES}
    with _sealer() as sealer:
        for turn in range(rounds):
            for name, table in list(_TABLES.items())[:: -1 if turn % 2 else 1]:
                _execute("CHECKPOINT")
                sealer.send_signal(signal.SIGCONT if name == _OURS else signal.SIGSTOP)
                rates[name].append(_written(table, seconds, writers) / seconds)
                if name == _OURS:
                    _wait_until_sealed()
        sealer.send_signal(signal.SIGCONT)
        lag = _lag(0.5 if quick else 15.0, writers)
    ratios = [ours / plain for ours, plain in zip(rates[_OURS], rates[_PLAIN], strict=True)]
    chained = [peer / plain for peer, plain in zip(rates[_PEER], rates[_PLAIN], strict=True)]
    table = Table(
        "Audit log", f"rows a second, {writers} writers", _OURS,
        {name: statistics.median(found) for name, found in rates.items()},
    )  # fmt: skip
    table.notes["with the sealer, of plain"] = _spread(ratios) + " (goal: 0.9 or more)"
    table.notes["per-row chain, of plain"] = _spread(chained)
    table.notes["from commit to seal"] = lag
    table.notes["sealing alone"] = _sealing(batch)
    table.notes["inclusion proof"] = _proofs(leaves, 200 if quick else 20_000)
    return table


def _spread(values: list[float]) -> str:
    return (
        f"{statistics.median(values):.2f}, from {min(values):.2f} to {max(values):.2f} in {len(values)} paired rounds"
    )


def _execute(statement: str, *given: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, list(given) or None)
        return cursor.fetchone() if cursor.description else None


@contextmanager
def _sealer() -> Any:
    """The sealer as the portal starts it."""
    with subprocess.Popen([sys.executable, "manage.py", "seal_audit_log"], stdout=subprocess.DEVNULL) as process:
        try:
            while _execute("SELECT count(*) FROM audit_sealing_checkpoint")[0] == 0:
                time.sleep(0.1)
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()


def _written(table: str, seconds: float, writers: int, rate: float = 0) -> int:
    command = [sys.executable, "-m", "benchmarks.ledger_writers", os.environ["DATABASE_URL"], table, str(writers)]
    return int(subprocess.check_output([*command, str(seconds), str(rate)]))


def _wait_until_sealed() -> None:
    while _execute("SELECT (SELECT count(*) FROM audit_auditevent) - (SELECT count(*) FROM audit_sealing_leaf)")[0]:
        time.sleep(0.1)


def _lag(seconds: float, writers: int, rate: float = 5_000) -> str:
    """Seconds from a row's insert to the end of the round that sealed it."""
    (first,) = _execute("SELECT coalesce(max(seq), 0) FROM audit_sealing_leaf")
    written = _written("audit_auditevent", seconds, writers, rate)
    _wait_until_sealed()
    found = _execute(
        "SELECT percentile_cont(ARRAY[0.5, 0.99, 1.0]) WITHIN GROUP"
        " (ORDER BY extract(epoch FROM s.sealed_at - e.recorded_at))"
        " FROM audit_sealing_leaf l JOIN audit_auditevent e ON e.id = l.event_id"
        " CROSS JOIN LATERAL (SELECT sealed_at FROM audit_sealing_seal WHERE size > l.seq ORDER BY size LIMIT 1) s"
        " WHERE l.seq > %s",
        first,
    )[0]
    half, nearly_all, longest = found
    return (
        f"{half:.2f} s median, {nearly_all:.2f} s at the 99th percentile, {longest:.2f} s at most,"
        f" at {written / seconds:,.0f} rows a second (goal: 2 s at 5,000)"
    )


def _sealing(rows: int) -> str:
    """Rows sealed in a CPU second of the sealer and its server process together."""
    from django.db import connection

    from compliance.audit.sealing.sequencing import seal_round

    columns = "id, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details, request_id, source"
    _execute(
        f"INSERT INTO audit_auditevent ({columns}) SELECT gen_random_uuid(), name, category, outcome, actor_kind,"  # noqa: S608
        " actor_ref, target_type, target_id, details, request_id, source"
        " FROM (SELECT * FROM audit_auditevent WHERE name = 'registry.version.promoted' LIMIT 1) e,"
        " generate_series(1, %s)",
        rows,
    )
    (backend,) = _execute("SELECT pg_backend_pid()")
    assert connection.connection is not None
    before = time.process_time() + _cpu(backend)
    sealed = 0
    while (done := seal_round()) is not None:
        sealed += done.rows
        if not done.has_more:
            break
    taken = time.process_time() + _cpu(backend) - before
    micros = taken / sealed * 1e6
    return f"{sealed / taken:,.0f} rows a CPU second of sealer and PostgreSQL together ({micros:.1f} µs a row)"


def _cpu(pid: int) -> float:
    """CPU seconds of a process of this machine so far."""
    with open(f"/proc/{pid}/stat") as stream:  # noqa: PTH123
        fields = stream.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _proofs(leaves: int, asked: int) -> str:
    """Making and checking a proof in a tree that is in memory; what reading it from the database takes comes on top."""
    from compliance.audit.sealing.tree import MemoryTree, check_inclusion, frontier_at, inclusion_proof

    tree = MemoryTree(secrets.token_bytes(32) for _ in range(leaves))
    root = frontier_at(leaves, tree).root()
    chosen = [random.randrange(leaves) for _ in range(asked)]  # noqa: S311
    before = time.process_time()
    largest = 0
    for index in chosen:
        proof = inclusion_proof(index, leaves, tree)
        assert check_inclusion(tree(0, index), index, leaves, proof, root)
        largest = max(largest, 32 * len(proof))
    micros = (time.process_time() - before) / asked * 1e6
    return (
        f"{micros:.0f} µs to make and check, {largest} bytes, {leaves:,} rows (goal: 50 µs, 1,000 bytes); "
        + _stored_proofs(min(asked, 300))
    )


def _stored_proofs(asked: int) -> str:
    from django.db import connection

    from compliance.audit.sealing.tiles import StoredTree
    from compliance.audit.sealing.tree import inclusion_proof

    (size,) = _execute("SELECT count(*) FROM audit_sealing_leaf")
    chosen = [random.randrange(size) for _ in range(asked)]  # noqa: S311
    with connection.cursor() as cursor:
        started = time.perf_counter()
        for index in chosen:
            inclusion_proof(index, size, StoredTree(cursor))
        taken = (time.perf_counter() - started) / asked
    return f"{taken * 1000:.1f} ms when all of it is read from the database ({size:,} rows)"
