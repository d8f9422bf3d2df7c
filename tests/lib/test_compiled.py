"""Compiled inner loops: the same result as their twins, no compiler where none is needed, a cache of one's own."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from modelops.lib import compiled as module
from modelops.lib.compiled import Compiled, cache_folder, compiled

ROOT = Path(__file__).resolve().parents[2]


def _twin(values: np.ndarray, limit: float) -> int:
    return int(np.count_nonzero(values > limit))


def _loop(values: np.ndarray, limit: float) -> int:
    count = 0
    for value in values:
        if value > limit:
            count += 1
    return count


def _fresh(worth_it: int) -> Compiled:
    return compiled(_twin, worth_it=worth_it)(_loop)


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("MODELOPS_HOME", str(home))
    cache_folder.cache_clear()
    yield home
    cache_folder.cache_clear()


def test_the_loop_its_twin_and_the_machine_give_the_same() -> None:
    values = np.random.default_rng(3).normal(size=10_000)
    values[::7] = np.nan
    found = _fresh(1)
    assert found(values, 0.5) == found.twin(values, 0.5) == found.loop(values, 0.5)
    assert found.compile() is not None


def test_the_twin_works_until_the_machine_is_worth_it() -> None:
    calls = []

    def counting(values: np.ndarray, limit: float) -> int:
        calls.append(len(values))
        return _twin(values, limit)

    found = compiled(counting, worth_it=250)(_loop)
    values = np.arange(100.0)
    assert [found(values, 49.5) for _ in range(4)] == [50] * 4
    assert calls == [100, 100]


def test_nothing_loads_the_compiler_before_it_is_worth_it() -> None:
    """The module, and a small call, cost no import: numba is for the workers."""
    program = (
        "import sys, numpy as np\n"
        "from modelops.lib.compiled import compiled\n"
        "f = compiled(lambda v: int(v.sum()))(lambda v: v.sum())\n"
        "assert f(np.arange(10)) == 45 and 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_compiler_comes_without_linear_algebra(own_home: Path) -> None:
    """A run in a new process does not wait for SciPy; who wants it afterwards has it."""
    program = (
        "import sys, numpy as np\n"
        "from modelops.lib.compiled import compiled\n"
        "def loop(values):\n"
        "    total = 0\n"
        "    for value in values:\n"
        "        total += value\n"
        "    return total\n"
        "f = compiled(lambda v: int(v.sum()), worth_it=1)(loop)\n"
        "assert f(np.arange(10)) == 45 and f.compile().signatures\n"
        "assert 'scipy.linalg' not in sys.modules\n"
        "import scipy.linalg.cython_blas\n"
    )
    (own_home / "program.py").write_text(program)  # numba keeps machine code of what lies in a file
    subprocess.run([sys.executable, own_home / "program.py"], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


def test_the_setting_leaves_the_twins_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SWITCHED_ON", False)
    module.compiler.cache_clear()
    try:
        found = _fresh(1)
        assert found(np.arange(4.0), 1.0) == 2
        assert found.compile() is None
    finally:
        module.compiler.cache_clear()


def test_machine_code_is_kept_in_a_folder_of_ones_own(own_home: Path) -> None:
    folder = cache_folder()
    assert folder == own_home / "cache" / "compiled"
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("part", [".", "cache", "cache/compiled"])
def test_no_machine_code_is_taken_from_where_others_write(own_home: Path, part: str) -> None:
    place = own_home / part
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.chmod(0o777)
    assert cache_folder() is None


def test_no_machine_code_is_taken_through_a_link(own_home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (own_home / "cache").symlink_to(elsewhere)
    assert cache_folder() is None
