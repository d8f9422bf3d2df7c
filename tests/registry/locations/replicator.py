"""A worker that does nothing but make copies, as a process that a test may kill at any moment."""

import sys
import time

import django


def main() -> None:
    """Make what is due, until it is killed or nobody can want it any more; says "ready" when it begins."""
    django.setup()
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from modelops.lib.errors import DomainError
    from registry.replication.tasks import replicate

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            made = replicate()
        except (DatabaseError, InterfaceError, DomainError):  # PostgreSQL was killed: the clock calls again
            close_old_connections()
            made = 0
        if not made:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
