"""Inner loops that are compiled at their first real use, each beside a twin in NumPy that gives the same result.

Nothing here imports the compiler until a loop has been given enough values to be worth it: a web process, or a run
over a small table, never pays for it. ``MODELOPS_COMPILED=0`` or a machine without numba leaves the twins at work.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import logging
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

WORTH_IT = 200_000  # values that the twin gets through while the compiler is being loaded
_log = logging.getLogger(__name__)
# The settings have checked it; read here by itself, because the engines run without Django as well.
_SWITCHED_ON = os.environ.get("MODELOPS_COMPILED", "1").strip().lower() not in {"0", "false", "no", "off", ""}


class Compiled(Generic[P, R]):
    """One inner loop; call it as the function that it is. Any number of threads may, and it holds no lock meanwhile.

    ``loop`` is plain Python over arrays that numba understands, ``twin`` the same in NumPy. Both give equal results to
    the last digit, so that nobody can tell which of them was at work: integers, comparisons, minima and maxima do;
    sums of floats only in the same order.
    """

    def __init__(self, loop: Callable[P, R], twin: Callable[P, R], worth_it: int) -> None:
        functools.update_wrapper(self, loop)
        self.loop = loop
        self.twin = twin
        self._machine: Callable[P, R] | None = None
        self._left = worth_it
        self._is_lost = False
        self._compiling = threading.Lock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The result, from the machine's code once that is there, from the twin before."""
        machine = self._machine
        if machine is None:
            if self._is_lost or not _SWITCHED_ON:
                return self.twin(*args, **kwargs)
            # Threads may count past each other: then the compiler comes a batch later, and no result is another.
            self._left -= len(args[0]) if args and hasattr(args[0], "__len__") else 1
            if self._left > 0 or not self._compiling.acquire(blocking=False):
                return self.twin(*args, **kwargs)
            try:
                machine = self.compile()
            finally:
                self._compiling.release()
            if machine is None:
                return self.twin(*args, **kwargs)
        try:
            return machine(*args, **kwargs)
        except OSError:  # the cache cannot be written: no disk left. Nothing has run yet.
            self._machine, self._is_lost = None, True
            _log.warning("Machine code of %s cannot be kept; it runs in NumPy, slower.", self.loop.__name__)
            return self.twin(*args, **kwargs)

    def compile(self) -> Callable[P, R] | None:
        """The loop as machine code, made when it is missing; None where there is no compiler."""
        if self._machine is None and not self._is_lost:
            numba = compiler()
            if numba is None:
                self._is_lost = True
            else:
                # The division of numpy, no exceptions: what the twin does, without a check in every round.
                options = {"nogil": True, "error_model": "numpy", "cache": cache_folder() is not None}
                self._machine = numba.njit(**options)(self.loop)
        return self._machine


def compiled(twin: Callable[P, R], *, worth_it: int = WORTH_IT) -> Callable[[Callable[P, R]], Compiled[P, R]]:
    """Make the decorated loop a :class:`Compiled` one with this ``twin``.

    The twin stays at work until the first arguments together have had ``worth_it`` elements.
    """
    return lambda loop: Compiled(loop, twin, worth_it)


@functools.cache
def compiler() -> Any:
    """The numba module with its cache where only this account writes; None where it is switched off or missing."""
    if not _SWITCHED_ON or importlib.util.find_spec("numba") is None:
        return None
    try:
        numba = importlib.import_module("numba")
        _load_arrays()
    except (ImportError, OSError, RuntimeError):  # for another numpy, or its library does not load on this machine
        _log.warning("The compiler of inner loops cannot be loaded; they run in NumPy, slower.", exc_info=True)
        return None
    folder = cache_folder()
    if folder is not None:
        numba.core.config.CACHE_DIR = str(folder)
    return numba


def _load_arrays() -> None:
    """Have numba load its arrays without SciPy's linear algebra: that takes longer than the rest, and no loop has it.

    Numba asks for it once, when its arrays are loaded; where it is missing, a loop with a product of matrices would
    not compile.
    """
    linalg: Any = importlib.import_module("numba.np.linalg")
    ensure, linalg.ensure_blas = linalg.ensure_blas, _no_matrices
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = ensure


def _no_matrices() -> None:
    raise ImportError("no loop multiplies matrices")


@functools.cache
def cache_folder() -> Path | None:
    """Where machine code is kept between processes: ``$MODELOPS_HOME/cache/compiled``; None without a home.

    What lies there is run, so it must be a folder of this account that nobody else may write; any other is left alone,
    and each process compiles for itself.
    """
    home = os.environ.get("MODELOPS_HOME")
    if not home:
        return None
    folder = Path(home) / "cache" / "compiled"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for place in (folder, folder.parent, Path(home)):
            found = place.lstat()
            mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
            if not mine or stat.S_IMODE(found.st_mode) & 0o022:
                _log.warning("%s can be written by others; compiled loops are not kept there.", place)
                return None
    except OSError:
        return None  # a read-only home
    return folder
