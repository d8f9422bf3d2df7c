"""Each process of the web server gets as much to do as the others, also from few clients that stay connected."""

import errno
import http.client
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from modelops.web import even_load
from modelops.web.even_load import APART, BUSY, PAUSE_S, Load, with_even_load
from tests.web.two_processes import server


@pytest.fixture
def board() -> Any:
    return memoryview(bytearray(even_load._BYTES)).cast("i")


def beside(board: Any, requests: int) -> None:
    """Another process with so many requests at hand."""
    board[2], board[3] = os.getppid(), requests


def test_who_has_clearly_more_than_another_says_so_and_then_not_for_a_moment(board: Any) -> None:
    own = Load(board)
    beside(board, BUSY - APART)
    own.add(BUSY)
    assert own.is_uneven()
    assert not own.is_uneven()
    time.sleep(PAUSE_S)
    assert own.is_uneven()
    own.add(-1)
    time.sleep(PAUSE_S)
    assert not own.is_uneven()


def test_few_requests_and_even_loads_stay_where_they_are(board: Any) -> None:
    own = Load(board)
    own.add(BUSY)
    assert not own.is_uneven()  # alone
    beside(board, BUSY - APART + 1)
    assert not own.is_uneven()
    beside(board, 0)
    own.add(-1)
    assert not own.is_uneven()  # a page and its pictures


def test_the_place_of_a_process_that_ended_is_taken_and_counts_from_nothing(board: Any) -> None:
    gone = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(gone, 0)
    board[0], board[1] = gone, 7
    own = Load(board)
    assert board[:2].tolist() == [os.getpid(), 0]
    own.add(2)
    own.add(-1)
    assert board[:2].tolist() == [os.getpid(), 1]


@pytest.mark.parametrize(
    "made",
    ["a link", "a second name", "open to others", "a folder", "every place taken"],
    ids=lambda made: made.replace(" ", "-"),
)
def test_what_cannot_be_shared_safely_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: str) -> None:
    """The folder is everybody's: a file there is taken only when it is this account's own and nobody else may write."""
    monkeypatch.setattr(even_load, "SHARED", tmp_path)
    monkeypatch.setenv("GRANIAN_WORKERS", "2")
    name = tmp_path / f"modelops-web-{os.geteuid()}-{os.getppid()}"
    if made == "a link":
        (tmp_path / "elsewhere").write_bytes(b"kept")
        name.symlink_to(tmp_path / "elsewhere")
    elif made == "a second name":
        (tmp_path / "elsewhere").write_bytes(b"kept")
        (tmp_path / "elsewhere").chmod(0o600)
        name.hardlink_to(tmp_path / "elsewhere")
    elif made == "a folder":
        name.mkdir()
    else:
        name.touch(0o600)
        name.chmod(0o666 if made == "open to others" else 0o600)
        name.write_bytes(memoryview(bytes(even_load._BYTES)))
        if made == "every place taken":
            name.write_bytes(os.getppid().to_bytes(4, "little") * (even_load._BYTES // 4))
    before = name.stat().st_size if made != "a folder" else 0
    assert with_even_load(len) is len  # type: ignore[comparison-overlap, arg-type]
    assert made == "a folder" or name.stat().st_size == before


def test_where_no_memory_is_left_each_carries_what_comes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(even_load, "SHARED", tmp_path)
    monkeypatch.setenv("GRANIAN_WORKERS", "2")
    monkeypatch.setattr(os, "posix_fallocate", full)
    assert with_even_load(len) is len  # type: ignore[comparison-overlap, arg-type]


def test_one_process_has_nobody_to_share_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(even_load, "SHARED", tmp_path)
    monkeypatch.setenv("GRANIAN_WORKERS", "1")
    assert with_even_load(len) is len  # type: ignore[comparison-overlap, arg-type]
    assert list(tmp_path.iterdir()) == []


def test_what_servers_that_ended_have_left_is_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(even_load, "SHARED", tmp_path)
    monkeypatch.setenv("GRANIAN_WORKERS", "2")
    gone = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(gone, 0)
    (tmp_path / f"modelops-web-{os.geteuid()}-{gone}").touch()
    (tmp_path / f"modelops-web-{os.geteuid() + 1}-{gone}").touch()  # another account's
    with_even_load(len)  # type: ignore[arg-type]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"modelops-web-{os.geteuid()}-{os.getppid()}", f"modelops-web-{os.geteuid() + 1}-{gone}"}


def answered(protocol: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, fails: bool = False) -> Any:
    """The headers of an answer while another process has nothing to do, and what stands on the board after it."""
    monkeypatch.setattr(even_load, "SHARED", tmp_path)
    monkeypatch.setenv("GRANIAN_WORKERS", "2")
    boards: list[Any] = []
    monkeypatch.setattr(even_load, "Load", lambda board: boards.append(board) or Load(board))

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if fails:
            raise ValueError
        start_response("200 OK", [("X-Own", "kept")])
        return [b""]

    run = with_even_load(application)
    [board] = boards
    beside(board, 0)
    board[1] = BUSY
    found: list[Any] = []
    try:
        run({"SERVER_PROTOCOL": protocol}, lambda status, headers: found.extend(headers))
    except ValueError:
        found.append("failed")
    return found, board[1]


def test_the_connection_is_closed_after_the_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    expected = [("X-Own", "kept"), ("Connection", "close")]
    assert answered("HTTP/1.1", monkeypatch, tmp_path) == (expected, BUSY)


def test_streams_of_one_connection_are_left_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """HTTP/2 knows no such header."""
    assert answered("HTTP/2.0", monkeypatch, tmp_path) == ([("X-Own", "kept")], BUSY)


def test_a_request_that_fails_is_not_at_hand_for_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert answered("HTTP/1.1", monkeypatch, tmp_path, fails=True) == (["failed"], BUSY)


@pytest.mark.live
def test_clients_that_all_came_to_one_process_are_shared_with_the_other(tmp_path: Path) -> None:
    """No request fails by it, and each goes over a connection that stays."""
    with server(tmp_path, 2) as ask:
        port = ask.port  # type: ignore[attr-defined]
        first = ask()["pid"]
        clients = [connected_to(port, first) for _ in range(8)]

        def drive(client: http.client.HTTPConnection) -> Counter[int]:
            served: Counter[int] = Counter()
            until = time.monotonic() + 2
            while time.monotonic() < until:
                served[asked(client, "/slowly")] += 1
            return served

        with ThreadPoolExecutor(len(clients)) as pool:
            shares = list(pool.map(drive, clients))
        for client in clients:
            client.close()
    total = sum(shares, Counter[int]())
    assert len(total) == 2
    assert min(total.values()) > sum(total.values()) / 4, total
    # Each was moved a few times at most, and not with every answer.
    assert sum(total.values()) > 300, total


def asked(client: http.client.HTTPConnection, path: str) -> int:
    client.request("GET", path)
    return int(json.loads(client.getresponse().read())["pid"])


def connected_to(port: int, process: int) -> http.client.HTTPConnection:
    """A connection that the system has given to this process."""
    for _ in range(200):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        if asked(client, "/") == process:
            return client
        client.close()
    raise AssertionError("no connection came to that process")
