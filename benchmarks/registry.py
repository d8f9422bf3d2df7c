"""Registering a version, resolving an alias and searching 100,000 versions, beside MLflow's own server.

Both stand on the same PostgreSQL, with as many worker processes, and get the same requests from the same client. Ours
authenticates each, writes the audit log, seals the file and has it scanned; MLflow's does nothing of that. It runs once
more with its own basic-auth: that one knows who calls, as ours does.
"""

import base64
import http.client
import os
import secrets
import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlsplit

from . import mlflow_server as theirs
from . import portal
from .registry_rows import fill
from .servers import Server, portal_server
from .table import Table

WORKERS, CLIENTS = 2, 8
REGISTER, ALIAS, SEARCH, VERSIONS = "register a version", "resolve an alias", "search by name", "search versions"
OURS, PEER, GUARDED = "ours", "MLflow", "MLflow with basic-auth"
_HITS = 50


@dataclass(frozen=True)
class Call:
    """One request; several are sent one after the other and count as one."""

    method: str
    path: str
    body: bytes = b""
    kind: str = "application/json"


Calls = Callable[[int], list[Call]]


def measure(*, quick: bool = False) -> Table:
    """Requests per second, and the CPU time of the server for each."""
    models, versions, requests, rounds = (20, 5, 8, 1) if quick else (1000, 100, 720, 5)
    names = [f"model-{number:04d}" for number in range(models)]
    table = Table("Registry over HTTP", "requests/s", f"{OURS}: {ALIAS}")
    workers = 1 if quick else WORKERS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-registry-")))
        portal.start()
        key = fill(names, versions, "registrar")
        web = stack.enter_context(portal_server(folder, workers, quick=quick))
        sides: dict[str, tuple[Server, dict[str, str], dict[str, Calls]]] = {
            OURS: (web, {"Authorization": f"Bearer {key}"}, _ours(names)),
        }
        if command := theirs.program():
            address, password = _owner_url(), secrets.token_urlsafe(16)
            for side, given in ((PEER, ""), (GUARDED, password)):
                peer = stack.enter_context(theirs.mlflow_server(command, folder, address, workers, password=given))
                said = base64.b64encode(f"admin:{given}".encode()).decode()
                sides[side] = (peer, {"Authorization": f"Basic {said}"} if given else {}, _theirs(names))
            theirs.fill(address, names, versions)
        _run(table, sides, requests, rounds)
    table.notes["size"] = (
        f"{models * versions:,} versions of {models:,} models; {CLIENTS} clients, workers of each server: {workers}"
    )
    table.notes["in ours alone"] = "authentication, permissions, audit log, sealing with fsync, the job of the scan"
    if PEER not in sides:
        table.notes["MLflow"] = theirs.HOW_TO_INSTALL
    return table


def _run(
    table: Table, sides: dict[str, tuple[Server, dict[str, str], dict[str, Calls]]], requests: int, rounds: int
) -> None:
    numbers, warming = count(1), min(requests, 8 * CLIENTS)
    for case in (REGISTER, ALIAS, SEARCH, VERSIONS):
        found: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
        for turn in range(rounds + 1):
            for side, (web, headers, calls) in sides.items():
                # Its basic-auth takes seconds for what others do at once.
                many = warming if not turn else max(CLIENTS, requests // 30) if side == GUARDED else requests
                wanted = [calls[case](next(numbers)) for _ in range(many)]
                os.sync()  # what the other has not made sure of would be written with what this one does
                before, started = web.seconds(), time.perf_counter()
                send(web, headers, wanted)
                elapsed = time.perf_counter() - started
                if turn:  # the first turn pays for imports, first touches and statements that are prepared
                    found[side].append((many / elapsed, (web.seconds() - before) / many * 1000))
        for side, rows in found.items():
            table.figures[f"{side}: {case}"] = statistics.median(rate for rate, _ in rows)
        taken = {side: statistics.median(cpu for _, cpu in rows) for side, rows in found.items()}
        table.notes[f"{case}, CPU ms of the server"] = ", ".join(f"{side} {cpu:.1f}" for side, cpu in taken.items())
        for peer in [side for side in sides if side != OURS]:
            ratio = table.figures[f"{OURS}: {case}"] / table.figures[f"{peer}: {case}"]
            # A busy machine changes the first, and hardly the second.
            table.notes[f"{case}, ours beside {peer}"] = (
                f"{ratio:.2f} times the requests, {taken[peer] / max(taken[OURS], 0.01):.2f} times for the same CPU"
            )


def send(web: Server, headers: dict[str, str], wanted: list[list[Call]]) -> None:
    """Send ``wanted`` from as many clients as there are at once; each must succeed."""
    address = urlsplit(web.url)
    shares = [wanted[number::CLIENTS] for number in range(CLIENTS)]

    def work(share: list[list[Call]]) -> None:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
        for calls in share:
            for call in calls:
                kind = {"Content-Type": call.kind} if call.body else {}
                connection.request(call.method, call.path, call.body or None, {**headers, **kind})
                answer = connection.getresponse()
                said = answer.read()
                assert answer.status < 300, (call.path, answer.status, said[:500])
        connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, shares))


def _ours(names: list[str]) -> dict[str, Calls]:
    api = "/api/v1/models/"
    raw = "application/octet-stream"
    return {
        REGISTER: lambda n: [Call("POST", f"{api}{_of(names, n)}/versions/", weights(), raw)],
        ALIAS: lambda n: [Call("GET", f"{api}{_of(names, n)}/aliases/live/")],
        SEARCH: lambda n: [Call("GET", f"{api}?q={_part(names, n)}&page_size={_HITS}")],
        VERSIONS: lambda n: [Call("GET", f"/api/v1/model-versions/?q={_of(names, n)}&page_size={_HITS}")],
    }


def _theirs(names: list[str]) -> dict[str, Calls]:
    api, files = "/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/artifacts/measured/"

    def register(number: int) -> list[Call]:
        body = theirs.creation(_of(names, number), number)
        raw = "application/octet-stream"
        file = Call("PUT", f"{files}{number}/model.safetensors", weights(), raw)
        return [file, Call("POST", f"{api}model-versions/create", body)]

    def search(kind: str, condition: str) -> list[Call]:
        return [Call("GET", f"{api}{kind}/search?filter={quote(condition)}&max_results={_HITS}")]

    return {
        REGISTER: register,
        ALIAS: lambda n: [Call("GET", f"{api}registered-models/alias?name={_of(names, n)}&alias=live")],
        SEARCH: lambda n: search("registered-models", f"name ILIKE '%{_part(names, n)}%'"),
        VERSIONS: lambda n: search("model-versions", f"name LIKE '%{_of(names, n)}%'"),
    }


def _of(names: list[str], number: int) -> str:
    return names[number * 7 % len(names)]


def _part(names: list[str], number: int) -> str:
    """A piece of a name that about ten models share."""
    return f"-{number * 7 % len(names):04d}"[:4]


def weights() -> bytes:
    """A safetensors file of 11 kB that nobody has sent before."""
    values = secrets.token_bytes(11_000)
    head = b'{"w":{"dtype":"U8","shape":[11000],"data_offsets":[0,11000]}}'
    return struct.pack("<Q", len(head)) + head + values


def _owner_url() -> str:
    return os.environ["DATABASE_URL"]
