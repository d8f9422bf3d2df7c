"""``python -m benchmarks.ledger_writers URL TABLE WRITERS SECONDS RATE``: add rows, one a transaction; prints how many.

Each writer is a process with a connection of its own. With a RATE (rows a second of all together) they keep to it, and
add ten rows a transaction.
"""

import multiprocessing
import sys
import time
import uuid

import psycopg

_COLUMNS = "id, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details, request_id, source"


def write(url: str, table: str, seconds: float, rate: float, start_at: float, number: int) -> int:
    """Add rows from ``start_at`` (a moment of the clock) on for some seconds; how many were committed."""
    at_once = 10 if rate else 1
    values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * at_once)
    statement = f"INSERT INTO {table} ({_COLUMNS}) VALUES {values}"  # noqa: S608
    details = '{"alias":"production","from_version":3,"reason":"quality gate passed","to_version":4}'
    count = 0
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as opened:
        time.sleep(max(0.0, start_at - time.time()))
        end = time.perf_counter() + seconds
        begun = time.perf_counter()
        while (now := time.perf_counter()) < end:
            if rate and count > rate * (now - begun):
                time.sleep(0.001)
                continue
            rows: list[object] = []
            for turn in range(count, count + at_once):
                rows += [_id(), "registry.version.promoted", "model", "success", "user", "41", "registry.version"]
                rows += [str(turn), details, f"{number}-{turn}", "192.0.2.0/24"]
            opened.execute(statement, rows)
            count += at_once
    return count


def _id() -> uuid.UUID:
    """A UUID that grows with time, as the portal's."""
    return uuid.UUID(int=time.time_ns() // 1_000_000 << 80 | 0x7 << 76 | uuid.uuid4().int & (2**76 - 1))


def main() -> None:
    url, table, writers, seconds, rate = sys.argv[1:]
    start_at = time.time() + 1.5
    jobs = [
        (url, table, float(seconds), float(rate) / int(writers), start_at, number) for number in range(int(writers))
    ]
    with multiprocessing.get_context("spawn").Pool(int(writers)) as pool:
        print(sum(pool.starmap(write, jobs)))


if __name__ == "__main__":
    main()
