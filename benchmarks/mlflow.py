"""MLflow's protocol as the portal speaks it, beside MLflow's own server: the same calls from the same clients.

Both stand on the same PostgreSQL with as many worker processes. Ours authenticates each call, checks permissions,
writes the audit log and seals files; theirs runs once without any authentication and once with its own basic-auth.
Beside them stand views that do next to nothing: what they reach is what no view of this server can exceed.
"""

import base64
import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from urllib.parse import quote

from . import mlflow_server as theirs
from . import portal
from .floor import ANSWER, EMPTY, KNOWN, SYNCED, WRITE, floors
from .registry import Call, send, weights
from .registry_rows import fill
from .servers import Server, portal_server
from .table import Table

WORKERS, MODELS = 2, 100
ALIAS, SEARCH, CREATE, GET, PUT = (
    "version by alias", "search of 100 models", "create a version", "fetch a file of 11 kB", "store a file of 11 kB",
)  # fmt: skip
OURS, OPEN, GUARDED = "ours", "MLflow", "MLflow with basic-auth"
# How many times as many requests as MLflow's own server the portal is meant to take.
GOALS = {OPEN: 4, GUARDED: 40}
_API, _FILES = "/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/artifacts/"
_RAW = "application/octet-stream"

Calls = Callable[[int], list[Call]]
Side = tuple[Server, dict[str, str], dict[str, Calls]]


def measure(*, quick: bool = False) -> Table:
    """Requests per second, and the CPU time of the server for each."""
    requests, rounds = (8, 1) if quick else (160, 3)
    names = [f"over-mlflow-{number:04d}" for number in range(MODELS)]
    table = Table("MLflow's protocol", "requests/s", f"{OURS}: {ALIAS}")
    workers = 1 if quick else WORKERS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-mlflow-")))
        portal.start()
        key = fill(names, 1, "trainer")
        web = stack.enter_context(portal_server(folder, workers, quick=quick))
        sides: dict[str, Side] = {OURS: _ours(web, key, names)}
        if command := theirs.program():
            address, password = os.environ["DATABASE_URL"], secrets.token_urlsafe(16)
            for side, given in ((OPEN, ""), (GUARDED, password)):
                peer = stack.enter_context(theirs.mlflow_server(command, folder, address, workers, password=given))
                if side == OPEN:
                    theirs.fill(address, names, 1)
                sides[side] = _theirs(peer, given, names)
        for side, peer in stack.enter_context(floors(folder, workers)).items():
            sides[side] = (peer, {"Authorization": f"Bearer {key}"}, _floor(side))
        compare(table, sides, (PUT, GET, ALIAS, SEARCH, CREATE), requests, rounds)
    _tell_goals(table)
    table.notes["size"] = f"{MODELS} models of one version; 8 clients, workers of each server: {workers}"
    table.notes["in ours alone"] = "API key, permissions, audit log, sealing with fsync, the job of the scan"
    if OPEN not in sides:
        table.notes["MLflow"] = theirs.HOW_TO_INSTALL
    return table


def compare(table: Table, sides: dict[str, Side], cases: tuple[str, ...], requests: int, rounds: int) -> None:
    """Send each case to every side in turns, and put the medians into ``table``."""
    numbers = count(1)
    for case in cases:
        asked = {side: one for side, one in sides.items() if case in one[2]}
        found: dict[str, list[tuple[float, float]]] = {side: [] for side in asked}
        for turn in range(rounds + 1):
            for side, (web, headers, calls) in asked.items():
                # Its basic-auth takes seconds for what others do at once.
                many = max(8, requests // 8) if side == GUARDED or not turn else requests
                wanted = [calls[case](next(numbers)) for _ in range(many)]
                before, started = web.seconds(), time.perf_counter()
                send(web, headers, wanted)
                elapsed = time.perf_counter() - started
                if turn:
                    found[side].append((many / elapsed, (web.seconds() - before) / many * 1000))
        taken = {side: statistics.median(cpu for _, cpu in rows) for side, rows in found.items()}
        for side, rows in found.items():
            table.figures[f"{side}: {case}"] = statistics.median(rate for rate, _ in rows)
        table.notes[f"{case}, CPU ms of the server"] = ", ".join(f"{side} {cpu:.1f}" for side, cpu in taken.items())
        for peer in asked.keys() - {OURS}:
            ratio = table.figures[f"{OURS}: {case}"] / table.figures[f"{peer}: {case}"]
            cpu = taken[peer] / max(taken[OURS], 0.01)
            table.notes[f"{case}, beside {peer}"] = f"{ratio:.1f} times the requests, {cpu:.1f} times for the same CPU"


def _ours(web: Server, key: str, names: list[str]) -> Side:
    headers = {"Authorization": f"Bearer {key}"}
    made, open_one = _logged_model(), _logged_model()
    root = f"/mlflow{_FILES}0/models/"
    first = [Call("PUT", f"{root}{one}/artifacts/model.safetensors", weights(), _RAW) for one in (made, open_one)]
    send(web, headers, [first])
    calls = _calls(f"/mlflow{_API}", names)
    calls[CREATE] = lambda n: [
        Call("POST", f"/mlflow{_API}model-versions/create", _json(name=_of(names, n), source=f"models:/{made}"))
    ]
    calls[PUT] = lambda n: [Call("PUT", f"{root}{open_one}/artifacts/file-{n}", weights(), _RAW)]
    calls[GET] = lambda n: [Call("GET", f"{root}{open_one}/artifacts/model.safetensors")]
    return web, headers, calls


def _theirs(peer: Server, password: str, names: list[str]) -> Side:
    said = base64.b64encode(f"admin:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {said}"} if password else {}
    calls = _calls(_API, names)
    calls[CREATE] = lambda n: [Call("POST", f"{_API}model-versions/create", theirs.creation(_of(names, n), n))]
    calls[PUT] = lambda n: [Call("PUT", f"{_FILES}measured/{n}", weights(), _RAW)]
    calls[GET] = lambda n: [Call("GET", f"{_FILES}measured/model.safetensors")]
    send(peer, headers, [[Call("PUT", f"{_FILES}measured/model.safetensors", weights(), _RAW)]])
    return peer, headers, calls


def _floor(side: str) -> dict[str, Calls]:
    """The same bodies to a view that does next to nothing with them."""

    def put(path: str) -> Calls:
        return lambda n: [Call("PUT", path, weights(), _RAW)]

    if side == SYNCED:
        return {PUT: put(WRITE)}
    get: Calls = lambda n: [Call("GET", ANSWER)]  # noqa: E731  one of many
    post: Calls = lambda n: [Call("POST", ANSWER, _json(name=f"{n}", source="models:/"))]  # noqa: E731
    return {PUT: put(ANSWER), GET: get, ALIAS: get, SEARCH: get, CREATE: post}


def _tell_goals(table: Table) -> None:
    """What each goal asks for, and what the views reach that do next to nothing."""
    for case in (PUT, GET, ALIAS, SEARCH, CREATE):
        wanted = [
            f"{times} times {peer} is {times * rate:.0f}"
            for peer, times in GOALS.items()
            if (rate := table.figures.get(f"{peer}: {case}")) is not None
        ]
        reached = [
            f"{side} answers {rate:.0f}"
            for side in (EMPTY, KNOWN, SYNCED)
            if (rate := table.figures.get(f"{side}: {case}")) is not None
        ]
        table.notes[f"{case}, goals and floor"] = "; ".join([*wanted, *reached])


def _calls(api: str, names: list[str]) -> dict[str, Calls]:
    searched = quote("tag.`mlflow.prompt.is_prompt` != 'true'")
    return {
        ALIAS: lambda n: [Call("GET", f"{api}registered-models/alias?name={_of(names, n)}&alias=live")],
        SEARCH: lambda n: [Call("GET", f"{api}registered-models/search?max_results=100&filter={searched}")],
    }


def _logged_model() -> str:
    """The id of a logged model of the default experiment, without files."""
    from registry.tracking.models import Experiment, LoggedModel

    experiment, _ = Experiment.objects.get_or_create(number=0, defaults={"name": "Default"})
    return str(LoggedModel.objects.create(experiment=experiment, name="model").model_id)


def _json(**said: str) -> bytes:
    return json.dumps(said).encode()


def _of(names: list[str], number: int) -> str:
    return names[number * 7 % len(names)]
