"""Several commands to PostgreSQL that go there together and come back together: one wait instead of one for each.

libpq's pipeline, for the few commands of a transaction's first and last step. What psycopg has for it serves any number
of commands and costs more than the waits that it saves here.
"""

import select
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

# A command's text or the name of a prepared one, its values as they are sent, and their formats; a text has none.
Command = tuple[bytes, Any, Any]
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)


def exchange(pgconn: Any, commands: Sequence[Command]) -> list[Any]:
    """Carry out ``commands`` and give the result of each, or those up to the first that fails, which is the last then.

    None after that is carried out, as the server leaves out what stands behind a refused one; several outside a
    transaction are one. A connection that breaks amid it is closed. Raises OperationalError.
    """
    try:
        results = _results(pgconn, commands)
    except BaseException:
        pgconn.finish()  # nobody could tell which answer belongs to what
        raise
    done = next((place for place, result in enumerate(results) if result.status in _FAILED), len(results))
    return results[: done + 1]


def _results(pgconn: Any, commands: Sequence[Command]) -> list[Any]:
    pgconn.enter_pipeline_mode()
    for name, values, formats in commands:
        if values is None:
            pgconn.send_query_params(name, None)
        else:
            pgconn.send_query_prepared(name, values, formats)
    pgconn.pipeline_sync()
    ready = select.poll()
    ready.register(pgconn.socket, select.POLLIN | select.POLLOUT)
    while pgconn.flush():  # more than the socket takes at once; the server may have to be heard before it reads on
        if any(event & select.POLLIN for _, event in ready.poll()):
            pgconn.consume_input()
    ready.modify(pgconn.socket, select.POLLIN)
    results: list[Any] = []
    ready.poll()  # asked just now: nothing can be there yet
    pgconn.consume_input()
    while True:
        # Each look lets another thread have the interpreter, which it hardly begins to use before this one goes on.
        while pgconn.is_busy():
            ready.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is not None:
            if result.status == ExecStatus.PIPELINE_SYNC:
                break
            results.append(result)
            if pgconn.get_result() is None:  # the end of one command's results, which libpq knows by itself
                continue
        if result is not None or len(results) > len(commands):
            raise psycopg.OperationalError("The server answered more than it was asked.")
    pgconn.exit_pipeline_mode()
    return results
