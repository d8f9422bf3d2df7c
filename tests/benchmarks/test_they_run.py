"""Each benchmark runs and gives figures; how large they are is no test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import ALL

ROOT = Path(__file__).resolve().parents[2]


# These compute on their own. The others share one portal, which is started once for all of them.
WITHOUT_PORTAL = (
    "sealing", "scanning", "drift", "drift_cold", "drift_concept", "drift_report", "drift_wide", "quality",
    "quality_cold",
)  # fmt: skip
TOGETHER = {
    "without a portal": WITHOUT_PORTAL,
    "with a portal": tuple(name for name in ALL if name not in WITHOUT_PORTAL),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", TOGETHER)
def test_all_benchmarks_give_figures(kind: str, tmp_path: Path) -> None:
    """S3-70: numbers come from a script in the repository."""
    target, names = tmp_path / "figures.json", TOGETHER[kind]
    command = [sys.executable, "-m", "benchmarks", *names, "--quick", "--json", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    tables = json.loads(target.read_text())
    assert len(tables) == len(names)
    for table in tables:
        assert all(value > 0 for value in table["figures"].values())
        assert table["title"] in done.stdout


def test_every_benchmark_is_run() -> None:
    """A name above that is no benchmark is told here, and so is one in two groups."""
    assert sorted(name for names in TOGETHER.values() for name in names) == sorted(ALL)


def test_an_unknown_benchmark_is_told() -> None:
    command = [sys.executable, "-m", "benchmarks", "flying"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"there are {', '.join(ALL)}" in " ".join(done.stderr.split())
