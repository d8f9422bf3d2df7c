"""No attack is taken for clean, no honest file is held, and nothing of a file runs."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.scanning.engine import RULES, scan

from .gadgets import attacks
from .honest import honest
from .wrapped import LOADERS, wrapped

_LONG = bool(os.environ.get("PORTAL_TEST_KILLS"))
_PICKLES = attacks()
_WRAPPED = wrapped()
_ATTACKS = _PICKLES | {f"in {name}": content for name, (content, _) in _WRAPPED.items()}
_LIVE = {name: (content, "twice over") for name, content in _PICKLES.items()}
_LIVE |= {f"in {name}": (content, loader) for name, (content, loader) in _WRAPPED.items() if loader}
_MAIN = Path(__file__).parents[3]


def test_every_attack_is_held_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-49: a reverse shell, the NumPy builtins bypass, a renamed pickle, and every other of the corpus."""
    monkeypatch.chdir(tmp_path)
    found = {name: scan(io.BytesIO(content)) for name, content in _ATTACKS.items()}
    assert len(_LIVE) >= 130
    assert not [name for name, verdict in found.items() if verdict.is_clean]
    assert all(verdict.reasons for verdict in found.values())
    assert not list(tmp_path.iterdir()), "something of a file ran"


@pytest.mark.slow
@pytest.mark.parametrize("name", _LIVE if _LONG else sorted(_LIVE)[::20])  # each takes a process: a sample, and all
def test_the_attacks_are_live(name: str, tmp_path: Path) -> None:
    """Each leaves its marker where a program loads it."""
    content, loader = _LIVE[name]
    (tmp_path / "f").write_bytes(content)
    rows = "import pickle\nf=open('f','rb')\nwhile f.peek(1):\n pickle.load(f)"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADERS.get(str(loader), rows)],
        cwd=tmp_path, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip
    assert os.path.lexists(tmp_path / "marker")


def test_honest_files_of_real_libraries_are_not_held() -> None:
    """NumPy, pandas, SciPy, safetensors, ONNX as they write; PyTorch, XGBoost and GGUF by their descriptions."""
    held = {name: scan(io.BytesIO(content)) for name, content in honest().items()}
    assert {name: verdict.reasons for name, verdict in held.items() if not verdict.is_clean} == {}


def test_honest_estimators_are_not_held(tmp_path: Path) -> None:
    """scikit-learn, XGBoost and LightGBM (stand-ins under their names), as pickle and joblib with each compressor."""
    # Never imported here: the names of its classes would hide the libraries from every test after this one.
    subprocess.run([sys.executable, Path(__file__).with_name("stand_ins.py"), tmp_path], check=True)
    files = sorted(tmp_path.iterdir())
    assert len(files) > 150
    done = subprocess.run(
        [sys.executable, _MAIN / "manage.py", "scan_file", *files], capture_output=True, text=True, env={}
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line for line in found if line["verdict"] != "clean"] == []
    assert done.returncode == 0
    assert len(found) == len(files)
    assert {line["format"] for line in found} >= {"pickle", "joblib", "compressed_joblib"}


def test_the_command_needs_nothing_and_tells_each_file(tmp_path: Path) -> None:
    """No settings, no database: a JSON line for each file, 0 only when all are clean."""
    (tmp_path / "good.bin").write_bytes(honest()["numbers, protocol 5"])
    (tmp_path / "model.safetensors").write_bytes(_ATTACKS["call os.system"])
    command = [sys.executable, str(_MAIN / "manage.py"), "scan_file"]
    good = subprocess.run([*command, tmp_path / "good.bin"], capture_output=True, text=True, env={}, cwd=tmp_path)
    assert (good.returncode, json.loads(good.stdout)["verdict"]) == (0, "clean")
    command += map(str, [*sorted(tmp_path.iterdir()), tmp_path / "none"])
    both = subprocess.run(command, capture_output=True, text=True, env={})
    lines = [json.loads(line) for line in both.stdout.splitlines()]
    assert both.returncode == 1
    assert [line["verdict"] for line in lines] == ["clean", "quarantine", "quarantine"]
    assert set(lines[1]) == {"path", "verdict", "format", "reasons"}
    assert lines[1]["format"] == "pickle", "told by content, not by the name"
    assert "os.system" in lines[1]["reasons"][0]
    alone = subprocess.run([*command, "--isolated"], capture_output=True, text=True, env={})
    assert (alone.returncode, alone.stdout) == (1, both.stdout)


_SEEDS = sorted(honest().items()) + sorted(_ATTACKS.items())


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_files_never_stop_the_scanner(data: st.DataObject) -> None:
    """Whatever is changed, cut off or put in between: there is a verdict, and a held file has reasons."""
    content = bytearray(data.draw(st.sampled_from(_SEEDS))[1])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(0, len(content) - 1)))
        kind = data.draw(st.sampled_from(["cut", "change", "insert", "remove"]))
        if kind == "cut":
            del content[place:]
        elif kind == "insert":
            content[place:place] = data.draw(st.binary(max_size=8))
        elif kind == "remove":
            del content[place : place + data.draw(st.integers(1, 8))]
        elif content:
            content[place] = data.draw(st.integers(0, 255))
    verdict = scan(io.BytesIO(bytes(content)))
    assert verdict.is_clean != bool(verdict.reasons)
    assert "The scanner failed" not in " ".join(verdict.reasons)


@pytest.mark.parametrize(
    "name", ["form stacked name", "form text of protocol 0", "in pytorch", "in gzip", "in array of objects"]
)
def test_an_attack_that_is_cut_off_is_not_clean(name: str) -> None:
    """At every byte."""
    content = _ATTACKS[name]
    assert not [end for end in range(len(content)) if scan(io.BytesIO(content[:end])).is_clean]


def test_the_rule_set_has_a_version_of_its_content() -> None:
    """A series, and a digest of the list and the code."""
    series, digest = RULES.split(".")
    assert series.isdigit()
    assert len(digest) == 12
