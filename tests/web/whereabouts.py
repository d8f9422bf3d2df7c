"""A WSGI application that tells which process serves it and on which processors its thread may run."""

import json
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from modelops.web.even_load import with_even_load
from modelops.web.own_core import on_own_core


def tell(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The process, its thread's processors, and those that a thread started by it has."""
    started: list[int] = []
    thread = threading.Thread(target=lambda: started.extend(os.sched_getaffinity(0)))
    thread.start()
    thread.join()
    environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slowly":
        time.sleep(0.01)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), "here": sorted(os.sched_getaffinity(0)), "started": started}).encode()]


application = with_even_load(on_own_core(tell))
