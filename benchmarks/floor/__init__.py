"""What the web server could do at most: the same server, processes and client before views that do next to nothing.

Three of them, in applications of their own with an URLconf of their own; none is a path of the portal.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..servers import Server, server

EMPTY, KNOWN, SYNCED = "an empty view", "a view that knows who calls", "a view that writes and syncs 11 kB"
FOLDER = "BENCHMARK_FLOOR_FOLDER"
"""The variable that names where the third view writes."""
ANSWER = "/mlflow/floor"
WRITE = "/mlflow/floor/written"


@contextmanager
def floors(folder: Path, workers: int) -> Iterator[dict[str, Server]]:
    """The servers of these views, until the block ends."""
    written = folder / "floor"
    written.mkdir()
    os.environ[FOLDER] = str(written)
    with ExitStack() as stack:
        empty, known = (
            stack.enter_context(server(folder / f"floor-{name}.log", f"benchmarks.floor.{name}:application", workers))
            for name in ("bare", "guarded")
        )
        yield {EMPTY: empty, KNOWN: known, SYNCED: empty}
