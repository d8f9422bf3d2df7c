"""Each benchmark runs and gives figures; how large they are is no test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import ALL

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_all_benchmarks_give_figures(tmp_path: Path) -> None:
    """S3-70: numbers come from a script in the repository."""
    target = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    tables = json.loads(target.read_text())
    assert len(tables) == len(ALL)
    for table in tables:
        assert all(value > 0 for value in table["figures"].values())
        assert table["title"] in done.stdout


def test_an_unknown_benchmark_is_told() -> None:
    command = [sys.executable, "-m", "benchmarks", "flying"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"there are {', '.join(ALL)}" in " ".join(done.stderr.split())
