"""Waiting that a busy machine cannot break: what counts is that something moves, not how fast."""

import time
from collections.abc import Callable


def wait_while_it_moves(
    done: Callable[[], bool], state: Callable[[], object], *, still_s: float = 90, step: float = 0.2
) -> bool:
    """Wait until ``done`` holds; give up when ``state`` has been the same for ``still_s`` seconds. Whether it held."""
    seen, since = state(), time.monotonic()
    while not done():
        now = state()
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > still_s:
            return False
        time.sleep(step)
    return True
