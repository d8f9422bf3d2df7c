"""When a failed delivery is tried again."""

import random
from collections.abc import Callable
from datetime import timedelta

MAX_ATTEMPTS = 8
FIRST_WAIT_S = 10.0
LONGEST_WAIT_S = 1800.0


def wait_after(
    attempts: int, *, retry_after_s: int | None = None, chance: Callable[[], float] = random.random
) -> timedelta:
    """The wait after failed attempt number ``attempts`` (≥ 1): doubling from 10 s up to half an hour, ± a third.

    The jitter keeps the deliveries that one outage held up from coming back all at once. A receiver that names a
    time (Retry-After) is given at least that. Eight attempts reach over about 40 minutes.
    """
    base = min(FIRST_WAIT_S * 2 ** (attempts - 1), LONGEST_WAIT_S)
    jittered = base * (2 / 3 + chance() * 2 / 3)
    return timedelta(seconds=max(jittered, retry_after_s or 0))
