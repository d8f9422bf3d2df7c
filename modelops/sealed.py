"""What each process does at its start when the ring does not open: web tells and serves refusals, the others end."""

import logging
import sys

from django.db import DatabaseError, InterfaceError, connections

from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.opening import SEALED_EXIT, require_open_ring
from modelops.crypto.providers.base import forget_provider

logger = logging.getLogger(__name__)


def tell_when_sealed() -> None:
    """Log which root key is missing. The web server comes up all the same, to say so: each request that needs a key
    is answered 503 until it is there."""
    reason = _reason()
    if reason:
        logger.error("%s", reason)


def end_when_sealed() -> None:
    """End this process with ``SEALED_EXIT`` and one line on standard error that names the missing root key."""
    reason = _reason()
    if reason:
        sys.stderr.write(f"{reason}\n")
        sys.stderr.flush()
        raise SystemExit(SEALED_EXIT)


def _reason() -> str | None:
    try:
        require_open_ring()
    except KeysUnavailable as error:
        return str(error)
    except (DatabaseError, InterfaceError):
        # Whether the ring opens cannot be told; what needs a key finds out by itself.
        logger.warning("The database does not answer, so the key ring could not be tried.")
    finally:
        # Children of this process must inherit neither connections nor a client of a key service.
        for connection in connections.all(initialized_only=True):
            connection.close()
            if connection.vendor == "postgresql":
                connection.close_pool()  # type: ignore[attr-defined]
        forget_provider()
    return None
