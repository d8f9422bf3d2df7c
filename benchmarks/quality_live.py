"""Quality runs through the product (sealed dataset, web server, worker, results stored), beside the engine alone."""

import http.client
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modelops.embedded import parts, processes

from . import portal, quality_data
from .servers import Server, portal_server
from .table import Table

ROWS, QUICK_ROWS, SMALL = 5_000_000, 20_000, 100
LIMIT_S, LIMIT_RATIO = 1.5, 1.3
_PRODUCT, _ENGINE = "through the product", "engine alone"
_ROOT = Path(__file__).resolve().parents[1]


def measure(*, quick: bool = False) -> Table:
    """Rows per CPU second of the worker; of a small file the seconds from the request to the score."""
    portal.start()
    rows, asked = (QUICK_ROWS, 2) if quick else (ROWS, 10)
    table = Table(f"Quality runs over {rows:,} sealed rows of 20 columns", "rows per CPU second", _PRODUCT)
    with tempfile.TemporaryDirectory(prefix="benchmark-quality-") as name:
        folder = Path(name)
        path = quality_data.write(folder, rows, with_csv=False)["parquet"]
        key = _stored({"large": path, "small": _small(folder)})
        with portal_server(folder, 1, quick=quick) as web, _worker(folder / "worker.log") as worker:
            client = _Client(web.url, key)
            client.finished("large")  # imports, compiled loops
            taken, scores = [], set()
            for _ in range(1 if quick else 3):
                before = worker.seconds()
                scores.add(client.finished("large")["score"])
                taken.append(worker.seconds() - before)
            soon = sorted(_elapsed(client) for _ in range(asked))
    from dataquality.engine import examine
    from dataquality.profiling.tables import ParquetTable

    with tempfile.TemporaryDirectory(prefix="benchmark-quality-") as name:
        path = quality_data.write(Path(name), rows, with_csv=False)["parquet"]
        alone = []
        for _ in range(2 if quick else 4):
            started = time.process_time()
            report = examine(ParquetTable(path))
            alone.append(time.process_time() - started)
    engine, product = statistics.median(alone[1:]), max(statistics.median(taken), 0.01)
    assert len(scores) == 1
    table.figures |= {_PRODUCT: rows / product, _ENGINE: rows / engine}
    table.notes["CPU"] = f"worker {product:.2f} s, {product / engine:.2f} times the engine; the goal is {LIMIT_RATIO}"
    table.notes["score"] = f"{scores.pop()} of the run, {float(report.score.total):.4f} of the engine"
    table.notes[f"{SMALL} rows, from POST to score"] = (
        f"{statistics.median(soon):.2f} s, the slowest {soon[-1]:.2f} s; the limit is {LIMIT_S} s"
    )
    return table


class _Client:
    def __init__(self, url: str, key: str) -> None:
        self._address = url.removeprefix("http://")
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def finished(self, dataset: str) -> dict[str, Any]:
        """A run of the dataset, asked for and waited for."""
        run = self._asked("POST", "/api/v1/quality-runs/", {"dataset": dataset, "version": 1})
        while run["state"] in ("queued", "running"):
            time.sleep(0.01)
            run = self._asked("GET", f"/api/v1/quality-runs/{run['id']}/")
        assert run["state"] == "succeeded", run
        return run

    def _asked(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        link = http.client.HTTPConnection(self._address, timeout=60)
        link.request(method, path, None if body is None else json.dumps(body), self._headers)
        answer = link.getresponse()
        said = answer.read()
        link.close()
        assert answer.status < 300, (answer.status, said[:500])
        found: dict[str, Any] = json.loads(said)
        return found


def _elapsed(client: _Client) -> float:
    started = time.perf_counter()
    client.finished("small")
    return time.perf_counter() - started


@contextmanager
def _worker(log: Path) -> Iterator[Server]:
    process = processes.spawn(parts.command("worker", port=0, concurrency=1), log=log, env=dict(os.environ), cwd=_ROOT)
    try:
        assert processes.wait_until(lambda: log.exists() and " ready." in log.read_text(), 120), log.read_text()
        yield Server(process, 0)
    finally:
        process.terminate()
        process.wait(60)


def _small(folder: Path) -> Path:
    path = folder / "small.csv"
    path.write_text("number,name\n" + "".join(f"{number},n{number}\n" for number in range(SMALL)))
    return path


def _stored(files: dict[str, Path]) -> str:
    """A dataset of one version for each file; the API key of a pipeline that may examine them."""
    from accounts.services import issue_api_key
    from accounts.services.invitations import make_service_account
    from compliance.audit import Actor
    from registry.artifacts.sealed import sealed_upload
    from registry.services import add_dataset_version, create_dataset

    actor = Actor.system("benchmark")
    for name, path in files.items():
        with path.open("rb") as file, sealed_upload(iter(lambda: file.read(1 << 20), b""), path.name) as upload:
            add_dataset_version(create_dataset(name, actor=actor), upload, actor=actor)
    user = make_service_account("examiner", "Pipeline", actor=actor)
    return issue_api_key(user, name="benchmark", scopes=["all"], days=1, actor=actor)[1]
