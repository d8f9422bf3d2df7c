"""Each process of the web server settles on a processor where there are as many; large bodies use all of them."""

import contextlib
import importlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from modelops.embedded import processes
from modelops.embedded.paths import CHECKOUT
from modelops.web import own_core
from tests.web.two_processes import TWO, server

EVERYWHERE = os.sched_getaffinity(0)
pytestmark = pytest.mark.skipif(len(EVERYWHERE) < 2, reason="the machine has one processor")


def all_of(ask: Callable[..., dict[str, Any]], processes_: int = 2) -> dict[int, list[int]]:
    """Where each process is: connections go to either by chance, so many are asked."""
    found: dict[int, list[int]] = {}
    for _ in range(400):
        said = ask()
        assert found.setdefault(said["pid"], said["here"]) == said["here"]
        if len(found) == processes_:
            break
    return found


@pytest.mark.live
def test_two_processes_take_two_processors_and_a_successor_takes_the_place_that_is_free(
    tmp_path: Path,
) -> None:
    """Threads that a request starts stay there as well; a large body may use both."""
    with server(tmp_path, 2) as served:
        where = all_of(served)
        assert sorted(where.values()) == [[core] for core in sorted(TWO)]
        small = served(b"a body")
        assert small["started"] == small["here"] == where[small["pid"]]
        large = served(bytes(own_core.LARGE_BYTES))
        assert large["here"] == sorted(large["started"]) == sorted(TWO)
        assert served()["here"] in where.values()

        gone = next(iter(where))
        os.kill(gone, signal.SIGKILL)

        def is_replaced() -> bool:
            with contextlib.suppress(OSError):  # connections that the killed one was about to take
                now = all_of(served)
                return gone not in now and len(now) == 2
            return False

        assert processes.wait_until(is_replaced, 30)
        assert sorted(all_of(served).values()) == [[core] for core in sorted(TWO)]


@pytest.mark.live
def test_of_other_numbers_of_processes_none_settles(tmp_path: Path) -> None:
    """One process would leave a processor unused."""
    with server(tmp_path, 1) as ask:
        assert ask()["here"] == sorted(TWO)


def in_a_thread(work: Callable[[], Any]) -> Any:
    """What ``work`` gives in a thread of its own: the processors of the others stay as they are."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    assert found, "it failed"
    return found[0]


def test_an_answer_in_pieces_is_made_on_any_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sealed files are opened while they are sent."""
    monkeypatch.setenv("GRANIAN_WORKERS", str(len(EVERYWHERE)))
    seen: list[set[int]] = []

    def pieces() -> Iterator[bytes]:
        seen.append(os.sched_getaffinity(0))
        yield b"a"

    def work() -> tuple[bytes, set[int], set[int]]:
        application = own_core.on_own_core(lambda environ, start: StreamingHttpResponse(pieces()))
        begun = os.sched_getaffinity(0)
        answer = application({}, lambda *_: None)
        data = b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
        return data, begun, os.sched_getaffinity(0)

    data, begun, after = in_a_thread(work)
    assert data == b"a"
    assert len(begun) == 1
    assert begun == after
    assert seen == [EVERYWHERE]


def test_a_body_of_unknown_length_counts_as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRANIAN_WORKERS", str(len(EVERYWHERE)))

    def work() -> list[int]:
        application = own_core.on_own_core(
            lambda environ, start: HttpResponse(str(len(os.sched_getaffinity(0))).encode())
        )
        kinds = [{"HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "4194303"}]
        return [int(b"".join(application(kind, lambda *_: None))) for kind in [*kinds, {"CONTENT_LENGTH": "4194304"}]]

    assert in_a_thread(work) == [len(EVERYWHERE), 1, 1, len(EVERYWHERE)]


@pytest.mark.parametrize("wanted", [True, False])
def test_the_setting_leaves_processes_to_the_system(
    monkeypatch: pytest.MonkeyPatch, settings: Any, wanted: bool
) -> None:
    """MODELOPS_OWN_CORES; the application of the web server settles as it is loaded."""
    settings.MODELOPS_OWN_CORES = wanted
    monkeypatch.setattr("modelops.sealed.tell_when_sealed", lambda: None)  # asks the database
    monkeypatch.setenv("GRANIAN_WORKERS", str(len(EVERYWHERE)))

    def work() -> int:
        importlib.reload(importlib.import_module("modelops.wsgi"))
        return len(os.sched_getaffinity(0))

    assert in_a_thread(work) == (1 if wanted else len(EVERYWHERE))


@pytest.mark.parametrize("told", ["", "many", "-2", "٢"])
def test_a_number_of_processes_that_cannot_be_read_leaves_all_as_it_is(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("GRANIAN_WORKERS", told)
    assert own_core.on_own_core(len) is len  # type: ignore[comparison-overlap, arg-type]


def test_where_nothing_can_be_locked_all_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("No locks available.")

    monkeypatch.setenv("GRANIAN_WORKERS", str(len(EVERYWHERE)))
    monkeypatch.setattr("fcntl.flock", refuse)
    assert in_a_thread(lambda: own_core.on_own_core(len) is len)  # type: ignore[comparison-overlap, arg-type]


def test_a_process_whose_parent_cannot_be_seen_is_left_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from modelops.web.own_core import on_own_core; print(on_own_core(len) is len)"],
        capture_output=True, text=True, check=True, cwd=CHECKOUT,
    )  # fmt: skip
    assert done.stdout.strip() == "True"
