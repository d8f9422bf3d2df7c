"""Whether an error means that PostgreSQL was away, so that the same work may well succeed a little later."""

from typing import Final

from django.db import InterfaceError, OperationalError

# SQLSTATE (PostgreSQL, appendix A): a connection lost or not made, a server that stops or starts, no slot free.
_AWAY: Final = ("08", "57P", "53300")


def is_database_away(error: object) -> bool:
    """True for a lost or refused connection; False for any other fault, as a deadlock or a statement's time limit."""
    if isinstance(error, InterfaceError):  # the connection is closed
        return True
    if not isinstance(error, OperationalError):
        return False
    # The client's own errors, as for a host that refuses, have no state.
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(_AWAY)
