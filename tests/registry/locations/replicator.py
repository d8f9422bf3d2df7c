"""A worker that does nothing but make copies, as a process that a test may kill at any moment."""

import sys
import time

import django


def main() -> None:
    """Make what is due for half a minute; says "ready" when it begins."""
    django.setup()
    from registry.replication.tasks import replicate

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if not replicate():
            time.sleep(0.02)


if __name__ == "__main__":
    main()
