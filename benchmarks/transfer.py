"""Uploads and downloads through HTTP, beside a bare view that only hashes the same body: same server, same client.

What counts is the CPU time of the web server's processes. The client is the same for both and left out.
"""

import json
import os
import secrets
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx

from . import portal
from .servers import TICKS, Server, portal_server, server
from .table import Table

_PIECE = 1 << 20
LIMIT_UP = "bare view that hashes the body by SHA-256 and SHA-512 (limit)"
LIMIT_DOWN = "bare view that hashes what it sends (limit)"


def measure(*, quick: bool = False) -> Table:
    """MiB per CPU second of the web server."""
    mib, rounds = (16, 1) if quick else (512, 3)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-transfer-")))
        portal.start()
        key = _account()
        web = stack.enter_context(portal_server(folder, 1, quick=quick))
        bare = stack.enter_context(server(folder / "bare.log", "benchmarks.bare_transfer:application"))
        api = stack.enter_context(_client(web.url, key))
        plain = stack.enter_context(_client(bare.url, key))
        api.post("/api/v1/models/", json={"name": "measured", "task_type": "regression"}).raise_for_status()
        raw, form = _Body(mib), _Body(mib, boundary=secrets.token_hex(8))
        versions = "/api/v1/models/measured/versions/"
        raw.post(api, versions)
        _scan()
        work: dict[str, tuple[Server, Callable[[], None]]] = {
            "upload of a bare body": (web, lambda: raw.post(api, versions)),
            "upload of a form": (web, lambda: form.post(api, versions)),
            LIMIT_UP: (bare, lambda: raw.post(plain, "/?sha256,sha512")),
            "the same with SHA-256 alone": (bare, lambda: raw.post(plain, "/?sha256")),
            "download": (web, lambda: _get(api, f"{versions}1/artifact/", raw.size)),
            LIMIT_DOWN: (bare, lambda: _get(plain, f"/?{mib}", mib * _PIECE)),
        }
        figures = _in_turns(work, mib, rounds)
    form, down = figures["upload of a form"] / figures[LIMIT_UP], figures["download"] / figures[LIMIT_DOWN]
    notes = {
        "size": f"{mib} MiB",
        "form beside the bare view": f"{form:.2f} times",
        "download beside its bare view": f"{down:.2f} times",
        "in ours alone": "encryption, writing with fsync, database, audit log; both sides take the same digests",
    }
    return Table("Transfer through HTTP", "MiB per CPU second of the server", "upload of a bare body", figures, notes)


class _Body:
    """A safetensors file of about ``mib`` MiB, sent piece by piece: bare, or as the file of a form."""

    def __init__(self, mib: int, boundary: str = "") -> None:
        piece = os.urandom(_PIECE)
        values = mib * _PIECE
        table = json.dumps({"w": {"dtype": "U8", "shape": [values], "data_offsets": [0, values]}}).encode()
        self._head = struct.pack("<Q", len(table)) + table
        self._pieces, self._piece, self._tail = mib, piece, b""
        self.size = len(self._head) + values
        self._type = "application/octet-stream"
        if boundary:
            self._type = f"multipart/form-data; boundary={boundary}"
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="m"\r\n\r\n'
            self._head, self._tail = head.encode() + self._head, f"\r\n--{boundary}--\r\n".encode()

    def _parts(self) -> Iterator[bytes]:
        yield self._head
        for _ in range(self._pieces):
            yield self._piece
        yield self._tail

    def post(self, client: httpx.Client, address: str) -> None:
        length = len(self._head) + self._pieces * _PIECE + len(self._tail)
        headers = {"Content-Type": self._type, "Content-Length": str(length)}
        client.post(address, content=self._parts(), headers=headers).raise_for_status()


def _get(client: httpx.Client, address: str, size: int) -> None:
    with client.stream("GET", address) as answer:
        answer.raise_for_status()
        assert sum(map(len, answer.iter_raw())) == size


def _client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=600, trust_env=False)


def _account() -> str:
    """An account for a pipeline, and its API key."""
    from accounts.services import issue_api_key
    from accounts.services.invitations import make_service_account
    from compliance.audit import Actor

    actor = Actor.system("benchmark")
    user = make_service_account("courier", "Pipeline", actor=actor)
    return issue_api_key(user, name="benchmark", scopes=["all"], days=1, actor=actor)[1]


def _scan() -> None:
    """What a worker does, none of which is here: nothing is given out before its verdict."""
    from registry.scanning.models import Inspection
    from registry.scanning.services import decide, judge_files

    for inspection in Inspection.objects.filter(is_pending=True).select_related("version__model", "version__artifact"):
        judge_files(inspection)
        decide(inspection)


def _in_turns(work: dict[str, tuple[Server, Callable[[], None]]], mib: int, rounds: int) -> dict[str, float]:
    rates: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, (web, run) in work.items():
            before = web.seconds()
            run()
            time.sleep(0.2)  # what the server does after its answer belongs to it
            if turn:  # the first one pays for imports and first touches
                rates[name].append(mib / max(web.seconds() - before, 1 / TICKS))
    return {name: statistics.median(found) for name, found in rates.items()}
