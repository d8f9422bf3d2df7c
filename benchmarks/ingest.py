"""Batches of 10,000 predictions over HTTP: how long one takes, and how many rows a second go on and on.

Each row has ten features, a time, a prediction, a probability and a latency; each batch is authenticated, checked value
by value, sealed, copied into the partitioned table and told to the audit log.
"""

import datetime as dt
import http.client
import json
import random
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from . import portal
from .registry_rows import fill
from .servers import portal_server
from .table import Table

WORKERS = CLIENTS = 2
ROWS = 10_000
LIMIT_MS, LIMIT_RATE = 500, 20_000
_MODEL = "predicting"
_ONE, _SUSTAINED = "one batch after the other", "batches of two senders"


def measure(*, quick: bool = False) -> Table:
    """Rows a second of the clock; sender, web server and database share the cores."""
    rows, batches = (500, 4) if quick else (ROWS, 40)
    table = Table("Ingest of predictions over HTTP", "rows/s", _SUSTAINED)
    with tempfile.TemporaryDirectory(prefix="benchmark-ingest-") as folder:
        portal.start()
        key = fill([_MODEL], 1, "informant")
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        numbers = count(1)
        with portal_server(Path(folder), WORKERS, quick=quick) as web:
            address = urlsplit(web.url)

            def send(bodies: list[bytes]) -> list[float]:
                link = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
                taken = []
                for body in bodies:
                    started = time.perf_counter()
                    link.request("POST", "/api/v1/predictions/", body, headers)
                    answer = link.getresponse()
                    said = answer.read()
                    taken.append(time.perf_counter() - started)
                    assert answer.status == 201, (answer.status, said[:500])
                link.close()
                return taken

            def bodies(many: int) -> list[bytes]:
                return [_body(next(numbers), rows) for _ in range(many)]

            send(bodies(2 * WORKERS))  # imports and first touches of each process
            single = send(bodies(batches // 2))
            shares = [bodies(batches // CLIENTS) for _ in range(CLIENTS)]
            before, started = web.seconds(), time.perf_counter()
            with ThreadPoolExecutor(CLIENTS) as pool:
                list(pool.map(send, shares))
            elapsed, used = time.perf_counter() - started, web.seconds() - before
    table.figures[_ONE] = rows * len(single) / sum(single)
    table.figures[_SUSTAINED] = rows * batches / elapsed
    table.notes["one batch"] = (
        f"{rows:,} rows in {statistics.median(single) * 1000:.0f} ms, the slowest in {max(single) * 1000:.0f} ms; "
        f"the limit is {LIMIT_MS} ms"
    )
    table.notes["sustained"] = f"{batches * rows:,} rows in {elapsed:.1f} s; the goal is {LIMIT_RATE:,} rows/s"
    table.notes["CPU of the web server"] = f"{used / (batches * rows) * 1e6:.1f} µs a row"
    return table


def _body(number: int, rows: int) -> bytes:
    chance = random.Random(number)  # noqa: S311  measurements, not secrets
    now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=10)
    return json.dumps(
        {
            "model": _MODEL,
            "version": 1,
            "batch_id": f"batch-{number}",
            "rows": [
                {
                    "id": f"{number}-{place}",
                    "at": (now + dt.timedelta(milliseconds=place)).isoformat(),
                    "features": {f"feature_{name}": round(chance.gauss(0, 1), 4) for name in range(10)},
                    "prediction": chance.randrange(2),
                    "probability": round(chance.random(), 4),
                    "latency_ms": round(chance.lognormvariate(2, 1), 3),
                }
                for place in range(rows)
            ],
        }
    ).encode()
