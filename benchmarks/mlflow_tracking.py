"""What a training sends and reads over MLflow's protocol, beside MLflow's own server.

Runs, metrics, parameters, batches and a search. Ours authenticates each call, seals the parameters and writes the audit
log; theirs runs without any authentication.
"""

import http.client
import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import mlflow_server as theirs
from . import portal
from .mlflow import OPEN, OURS, WORKERS, Calls, Side, compare
from .registry import Call, send
from .registry_rows import fill
from .servers import Server, portal_server
from .table import Table

RUNS, METRICS = 1000, 1000
CREATE, METRIC, PARAMETER, BATCH, SEARCH = (
    "start a run", "log a metric", "log a parameter", "log a batch of 1,000 metrics", "search of 1,000 runs",
)  # fmt: skip
_API = "/api/2.0/mlflow/"


def measure(*, quick: bool = False) -> Table:
    """Requests per second, and the CPU time of the server for each."""
    requests, rounds, runs = (8, 1, 20) if quick else (160, 3, RUNS)
    table = Table("Tracking over MLflow's protocol", "requests/s", f"{OURS}: {METRIC}")
    workers = 1 if quick else WORKERS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-tracking-")))
        portal.start()
        key = fill([], 0, "tracker")
        web = stack.enter_context(portal_server(folder, workers, quick=quick))
        sides: dict[str, Side] = {OURS: _side(web, {"Authorization": f"Bearer {key}"}, f"/mlflow{_API}", runs)}
        if command := theirs.program():
            peer = stack.enter_context(theirs.mlflow_server(command, folder, os.environ["DATABASE_URL"], workers))
            sides[OPEN] = _side(peer, {}, _API, runs)
        compare(table, sides, (CREATE, METRIC, PARAMETER), requests, rounds)
        compare(table, sides, (BATCH,), max(8, requests // 4), rounds)
        compare(table, sides, (SEARCH,), max(8, requests // 10), rounds)
    table.notes["size"] = (
        f"{runs} runs with 5 metrics, 5 parameters and 3 tags; 8 clients, workers of each server: {workers}"
    )
    table.notes["in ours alone"] = "API key, permissions, sealed parameters, audit log"
    if OPEN not in sides:
        table.notes["MLflow"] = theirs.HOW_TO_INSTALL
    return table


def _side(web: Server, headers: dict[str, str], api: str, runs: int) -> Side:
    """One server with an experiment of many runs, and another one to write to."""
    found = str(_asked(web, headers, f"{api}experiments/create", {"name": "searched"})["experiment_id"])
    open_one = str(_asked(web, headers, f"{api}experiments/create", {"name": "written"})["experiment_id"])
    written = [_started(web, headers, api, open_one) for _ in range(min(100, runs))]
    searched = [_started(web, headers, api, found) for _ in range(runs)]
    send(web, headers, [[_call(f"{api}runs/log-batch", _logged(run))] for run in searched])
    calls: dict[str, Calls] = {
        CREATE: lambda n: [_call(f"{api}runs/create", {"experiment_id": open_one, "start_time": n})],
        METRIC: lambda n: [_call(f"{api}runs/log-metric", _metric(n) | {"run_id": written[n % len(written)]})],
        PARAMETER: lambda n: [
            _call(f"{api}runs/log-parameter", {"run_id": written[n % len(written)], "key": f"p{n}", "value": str(n)})
        ],
        BATCH: lambda n: [
            _call(
                f"{api}runs/log-batch",
                {"run_id": written[n % len(written)], "metrics": [_metric(n * METRICS + at) for at in range(METRICS)]},
            )
        ],
        SEARCH: lambda n: [_call(f"{api}runs/search", {"experiment_ids": [found], "max_results": runs})],
    }
    return web, headers, calls


def _started(web: Server, headers: dict[str, str], api: str, experiment: str) -> str:
    said = _asked(web, headers, f"{api}runs/create", {"experiment_id": experiment, "start_time": 1})
    return str(said["run"]["info"]["run_id"])


def _logged(run: str) -> dict[str, Any]:
    pairs = [{"key": f"p{at}", "value": f"value {at}"} for at in range(5)]
    return {"run_id": run, "metrics": [_metric(at) for at in range(5)], "params": pairs, "tags": pairs[:3]}


def _metric(number: int) -> dict[str, Any]:
    return {"key": f"m{number % 20}", "value": 1 / (number + 1), "timestamp": number, "step": number}


def _call(path: str, said: dict[str, Any]) -> Call:
    return Call("POST", path, json.dumps(said).encode())


def _asked(web: Server, headers: dict[str, str], path: str, said: dict[str, Any]) -> dict[str, Any]:
    address = urlsplit(web.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
    try:
        connection.request("POST", path, json.dumps(said), {**headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        found: dict[str, Any] = json.loads(answer.read())
        assert answer.status == 200, found
        return found
    finally:
        connection.close()
