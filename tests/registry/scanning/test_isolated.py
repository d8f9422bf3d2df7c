"""The scan in a process of its own: walls, bounds, and what becomes of a file when the process fails."""

import io
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from registry.scanning import isolated
from registry.scanning.engine import RULES, scan
from registry.scanning.isolated import Bounds, Unreadable, scan_isolated

from .assembling import EVIL, safetensors_of
from .honest import honest
from .wrapped import wrapped

_CHILD = Path(isolated.__file__).with_name("child.py")


def test_the_verdict_is_that_of_the_scanner() -> None:
    """The same reasons for files of every format, over the socket."""
    files = [honest()[name] for name in ("npz, packed", "onnx", "pytorch", "xgboost json")]
    files += [wrapped()[name][0] for name in ("zip in zip", "pytorch", "gguf", "keras")]
    for content in files:
        found = scan_isolated(io.BytesIO(content))
        assert found.verdict == scan(io.BytesIO(content))
        assert found.rules == RULES
        assert found.network in {"namespace", "hook"}


def test_a_file_of_many_blocks_is_read_in_parts() -> None:
    """Also across their edges."""
    content = safetensors_of(bytes(5 << 20))
    assert scan_isolated(io.BytesIO(content)).verdict.is_clean
    assert not scan_isolated(io.BytesIO(content[:-1])).verdict.is_clean


def test_a_scan_out_of_its_bounds_holds_the_file() -> None:
    """Clean or not: without a verdict there is no release."""
    busy = io.BytesIO(b"\x80\x02" + b"N0" * 4_900_000 + b"N.")
    for bounds, why in ((Bounds(seconds=0.0), "took too long"), (Bounds(cpu_s=1), "ended with -")):
        found = scan_isolated(busy, bounds)
        assert why in found.verdict.reasons[0]
        assert (found.verdict.verdict, found.network) == ("quarantine", "")
    large = io.BytesIO(safetensors_of(bytes(20 << 20), {"remark": "x" * (10 << 20)}))
    assert scan_isolated(large).verdict.is_clean
    assert not scan_isolated(large, Bounds(memory=16 << 20)).verdict.is_clean


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.kill(os.getpid(), 9)",
        "raise SystemExit(0)",
        "import socket; socket.socket(fileno=0).sendall(bytes(40))",
        "import socket, struct; socket.socket(fileno=0).sendall(struct.pack('>QQ', 1 << 40, 1))",
        "import socket, struct; socket.socket(fileno=0).sendall(struct.pack('>QQ', (1 << 64) - 1, 2) + b'{}')",
        'import socket, struct; a=b\'{"verdict":"clean","format":"x","reasons":[],"rules":"0","network":""}\';'
        "socket.socket(fileno=0).sendall(struct.pack('>QQ', (1 << 64) - 1, len(a)) + a)",
    ],
)
def test_a_scanner_that_crashes_or_talks_nonsense_holds_the_file(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, ended early, asking for what there is not, another rule set."""
    (tmp_path / "registry/scanning").mkdir(parents=True)
    (tmp_path / "registry/scanning/child.py").write_text(code)
    monkeypatch.setattr(isolated, "_ROOT", tmp_path)
    found = scan_isolated(io.BytesIO(honest()["onnx"]), Bounds(seconds=20))
    assert found.verdict.verdict == "quarantine"
    assert "stopped before its verdict" in found.verdict.reasons[0]


def test_a_missing_scanner_holds_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It cannot be started, or its code is not there."""
    monkeypatch.setattr(isolated, "_ROOT", tmp_path)
    assert not scan_isolated(io.BytesIO(honest()["onnx"])).verdict.is_clean
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert "could not be started" in scan_isolated(io.BytesIO(EVIL)).verdict.reasons[0]


def test_an_error_of_the_file_is_no_verdict() -> None:
    """Keys or storage that are away say nothing about the file: it is asked again later."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the storage is away")

    with pytest.raises(Unreadable, match="the storage is away"):
        scan_isolated(Broken(honest()["onnx"]))


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/hostname').read()",
        "os.open('/etc/hostname', os.O_RDONLY)",
        "os.system('true')",
        "os.fork()",
        "import subprocess; subprocess.Popen(['true'])",
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "socket.create_connection(('127.0.0.1', PORT), 2)",
        "eval('1')",
        "ctypes.CDLL(None).getpid()",
    ],
)
def test_nothing_can_be_opened_started_or_called_behind_the_walls(attempt: str) -> None:
    """What a fault of the scanner could try."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        tried = attempt.replace("PORT", str(server.getsockname()[1]))
        code = (
            f"import sys; sys.path.insert(0, {str(_CHILD.parent)!r})\n"
            "import child, os, socket, ctypes\n"
            "child.wall_off(768 << 20, 20)\n"
            f"try:\n    {tried}\nexcept BaseException:\n    os._exit(7)\nos._exit(0)\n"
        )
        done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False)
    assert done.returncode == 7, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="namespaces are Linux's")
def test_the_wall_against_the_network_is_told_as_it_is() -> None:
    """A namespace where the system gives one; else the hook alone, and the answer says so."""
    allowed = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0
    assert scan_isolated(io.BytesIO(EVIL)).network == ("namespace" if allowed else "hook")
