"""What a worker does for uploads, done in the test's own process: the real engine on the real stored bytes."""

import time
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from registry.models import ModelVersion
    from registry.scanning.isolated import Isolated


def here(file: BinaryIO, path: str) -> "Isolated":
    """Scan without a process of its own, which costs more than a small file; `tests/registry/scanning` has those."""
    from registry.scanning.engine import RULES, scan
    from registry.scanning.isolated import Isolated

    started = time.monotonic()
    return Isolated(scan(file, path), RULES, "test process", time.monotonic() - started, "none")


def scan_waiting() -> int:
    """Judge and decide everything that waits for a scan; returns how many."""
    from django.utils import timezone

    from modelops.jobs.models import Job
    from registry.scanning.models import Inspection
    from registry.scanning.services import decide, judge_files

    rows = Inspection.objects.filter(is_pending=True)
    waiting = list(rows.select_related("version__model", "version__artifact", "artifact"))
    for inspection in waiting:
        judge_files(inspection, scan_it=here)
        decide(inspection)
        mine = Job.objects.filter(pk=inspection.job_id, state="queued")
        mine.update(state="succeeded", finished_at=timezone.now(), done=1)
    return len(waiting)


def scanned(version: "ModelVersion") -> "ModelVersion":
    """The version as it stands after its scan."""
    scan_waiting()
    version.refresh_from_db(fields=["state"])
    return version


def scans_done(patience_s: float = 90) -> None:
    """Wait until the worker of the live portal has given every verdict that was asked for."""
    from registry.scanning.models import Inspection

    until = time.monotonic() + patience_s
    while Inspection.objects.filter(is_pending=True).exists():
        assert time.monotonic() < until, "The worker gave no verdict."
        time.sleep(0.1)
