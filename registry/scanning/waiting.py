"""A download that comes before the verdict waits for it: briefly, and never so many that others find no thread."""

import threading
import time

from .models import Inspection

LONGEST_S = 8.0
EVERY_S = 0.1
# Of the few threads that a web process has.
MOST_AT_ONCE = 2

_slots = threading.BoundedSemaphore(MOST_AT_ONCE)
pause = time.sleep


def settled(inspection: Inspection) -> Inspection:
    """What holds once the first verdict is there, or after a few seconds; at once where too many wait already."""
    if not inspection.is_waiting or not _slots.acquire(blocking=False):
        return inspection
    try:
        waited = 0.0
        while inspection.is_waiting and waited < LONGEST_S:
            pause(EVERY_S)
            waited += EVERY_S
            inspection.refresh_from_db(fields=["state", "cause", "is_pending"])
    finally:
        _slots.release()
    return inspection
