"""A small server of MLflow's protocol that gives out what a test tells it, over a real connection."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

API, FILES = "/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/artifacts"


class Served:
    """``answers`` by route, ``files`` by path; ``asked`` is what came, in order."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.redirects_to = ""
        self.stuck_at = ""
        """The file at which the server hangs until it is `let_go`; `reached` says when it was asked for."""
        self.reached, self.let_go = threading.Event(), threading.Event()
        self.uri = ""


@contextmanager
def serving() -> Iterator[Served]:
    """The server, at an address of its own."""
    told = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, told)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            _answer(self, told)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.uri = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, told: Served) -> None:
    parts = urlsplit(handler.path)
    path = unquote(parts.path)
    told.asked.append(f"{handler.command} {path}")
    if told.redirects_to:
        _send(handler, 302, b"", {"Location": told.redirects_to})
    elif path == FILES:
        _send(handler, 200, json.dumps(_listing(told, parse_qs(parts.query)["path"][0])).encode())
    elif path.startswith(f"{FILES}/"):
        wanted = path[len(FILES) + 1 :]
        if wanted == told.stuck_at:
            told.reached.set()
            told.let_go.wait(120)
        content = told.files.get(wanted)
        _send(handler, 404 if content is None else 200, content or b"")
    else:
        found = told.answers.get(path.removeprefix(API), {})
        _send(handler, 200, json.dumps(found).encode())


def _listing(told: Served, folder: str) -> dict[str, Any]:
    found = {}
    for path, content in told.files.items():
        if path.startswith(f"{folder}/"):
            name, slash, _ = path[len(folder) + 1 :].partition("/")
            found[name] = {"path": name, "is_dir": bool(slash), "file_size": len(content)}
    return {"files": list(found.values())}


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
