"""What Django keeps for each thread, kept by Python's own means in the processes of the web server.

Django keeps it so that coroutines find it as well, which costs two microseconds at each look, and a request looks at
its connection two dozen times. The web server here runs each request in one thread and no coroutine.
"""

import threading
from typing import Any, Final

from django.core.cache import caches
from django.db import connections
from django.urls import base as addresses

# Handler, and the attribute under which it keeps what belongs to a thread.
_KEEPERS: Final[tuple[tuple[Any, str], ...]] = (
    (connections, "_connections"),
    (caches, "_connections"),
    (addresses, "_prefixes"),
    (addresses, "_urlconfs"),
)


def keep_by_thread() -> None:
    """Keep connections and addresses by thread from now on. Closes what this thread had opened so far."""
    for handler in (connections, caches):
        handler.close_all()
    for keeper, attribute in _KEEPERS:
        # A name of Django's that is gone in another version stops the start here, and not a request later.
        getattr(keeper, attribute)
        setattr(keeper, attribute, threading.local())
