"""kill -9 of web server, worker and PostgreSQL while files arrive. PORTAL_TEST_KILLS=60 kills each 60 times."""

import base64
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from modelops.embedded import throwaway
from modelops.embedded.paths import CHECKOUT
from tests.live import LivePortal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "2"))
VICTIMS = ("web", "postgresql", "worker")
VERSIONS = "models/arrival-delay/versions/"
PIECE = {"Content-Type": "application/octet-stream"}
PATIENCE_S = 60


@pytest.fixture
def pair() -> Iterator[throwaway.ThrowAway]:
    """Servers of this test's own: the others' must not be killed."""
    pair = throwaway.start(durable=True, migrated=True)
    yield pair
    pair.remove()


@pytest.fixture
def portal(pair: throwaway.ThrowAway, tmp_path: Path) -> Iterator[LivePortal]:
    (tmp_path / "home").mkdir()
    env = {
        "DJANGO_SETTINGS_MODULE": "modelops.settings",
        "DATABASE_URL": pair.owner_url,
        "REDIS_URL": pair.redis_url(),
        "MODELOPS_HOME": str(tmp_path / "home"),
        "MODELOPS_ENV": "test",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MODELOPS_ROOT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    portal = LivePortal(env, tmp_path)
    yield portal
    portal.stop_all()


def inside(portal: LivePortal, what: str) -> list[str]:
    """The lines that a step of `killing` prints."""
    command = [sys.executable, "-m", "tests.registry.uploads.killing", what]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=portal.env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def binary(number: int) -> bytes:
    """12 MB that no two uploads share."""
    return b"\x00\x01" + number.to_bytes(4, "big") + random.Random(number).randbytes(1 << 20) * 12  # noqa: S311


class Sender:
    """Sends one file after another, each until it is stored, always under the file's own key."""

    def __init__(self, portal: LivePortal, key: str) -> None:
        self.client = httpx.Client(
            base_url=f"{portal.url}/api/v1/",
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
            trust_env=False,
        )
        self.stored: dict[int, int] = {}
        self.cuts = 0
        self.failure: BaseException | None = None
        self.count = 0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            while not self.is_over.is_set():
                number, self.count = self.count, self.count + 1
                self.stored[number] = self._in_pieces(number) if number % 2 else self._at_once(number)
        except BaseException as failure:  # noqa: BLE001 (the test's own thread raises it)
            self.failure = failure
        finally:
            self.client.close()

    def _at_once(self, number: int) -> int:
        answer = self._until("POST", VERSIONS, number, content=binary(number), headers=PIECE)
        return int(answer.json()["version"])

    def _in_pieces(self, number: int) -> int:
        content = binary(number)
        said = {"file_name": "m.bin", "length": len(content)}
        path = f"uploads/{self._until('POST', 'uploads/', f'{number}-begin', json=said).json()['id']}/"
        while True:
            at = int(self._until("HEAD", path, number).headers["Upload-Offset"])
            if at == len(content):
                break
            piece = content[at : at + (5 << 20)]
            try:
                self.client.patch(path, content=piece, headers={**PIECE, "Upload-Offset": str(at)})
            except httpx.TransportError:
                self.cuts += 1
                time.sleep(0.1)
        said = {"upload": path.split("/")[1]}
        return int(self._until("POST", VERSIONS, f"{number}-complete", json=said).json()["version"])

    def _until(self, method: str, path: str, key: Any, **request: Any) -> httpx.Response:
        headers = {**request.pop("headers", {}), "Idempotency-Key": f"file-{key}"}
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.client.request(method, path, headers=headers, **request)
            except httpx.TransportError:
                self.cuts += 1
                answer = None
            if answer is not None and answer.status_code < 300:
                return answer
            again = answer is None or answer.status_code >= 500
            again = again or answer.json()["code"] in {"idempotency.in_progress", "upload.in_progress"}  # type: ignore[union-attr]
            assert again, answer and answer.text
            assert time.monotonic() < deadline, answer and answer.text
            time.sleep(0.1)


def kill_postgresql(pair: throwaway.ThrowAway) -> None:
    postmaster = pair.cluster.running()
    assert postmaster is not None
    os.kill(postmaster, signal.SIGKILL)
    pair.processes[0].wait(10)
    pair.processes[0] = pair.cluster.start(dies_with_parent=True)


def test_files_arrive_once_whatever_is_killed(pair: throwaway.ThrowAway, portal: LivePortal) -> None:
    """S1-07, S0-35: no version without its file, no file without its row, each file one version, each key opens."""
    (key,) = inside(portal, "setup")
    for part in ("web", "worker"):
        portal.start(part)
    sender = Sender(portal, key)
    chance = random.Random(20261122)  # noqa: S311 (moments, not secrets)
    sender.thread.start()
    for number in range(KILLS * len(VICTIMS)):
        time.sleep(chance.uniform(0.05, 1.0))
        victim = VICTIMS[number % len(VICTIMS)]
        if victim == "postgresql":
            kill_postgresql(pair)
        else:
            portal.kill(victim)
            portal.start(victim)
        if number % 20 == 5:
            assert inside(portal, "keys") == ["keys: True"]
    sender.is_over.set()
    sender.thread.join(PATIENCE_S * 3)
    if sender.failure is not None:
        raise sender.failure
    assert not sender.thread.is_alive()
    assert sender.cuts >= KILLS  # a killed web server is always asked for something
    for part in ("web", "worker"):
        portal.stop(part)
    assert sorted(sender.stored.values()) == list(range(1, sender.count + 1))
    assert inside(portal, "check") == [
        "files without a row: 0 0",
        "rows without a file: 0 0",
        "copies that are not stored: 0",
        "sound: True",
        "keys: True",
        f"versions: {' '.join(str(number) for number in range(1, sender.count + 1))}",
        f"digests: {sender.count}",
    ]
