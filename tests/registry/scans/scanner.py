"""A worker that does nothing but scan, as a process that a test may kill at any moment."""

import sys
import time

import django


def main() -> None:
    """Do the scans that are due, until it is killed or nobody can want it any more; says "ready" when it begins."""
    django.setup()
    from django.utils import timezone

    from modelops.jobs.models import Job
    from modelops.jobs.services import run

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    until = time.monotonic() + 120
    while time.monotonic() < until:
        queued = Job.objects.filter(kind="scanning.scan", state="queued", not_before__lte=timezone.now())
        job = queued.order_by("created_at").first()
        if job is None:
            time.sleep(0.02)
        else:
            run(job.pk)


if __name__ == "__main__":
    main()
