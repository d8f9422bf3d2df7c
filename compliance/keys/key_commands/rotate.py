"""``keys rotate``: a new key for a purpose, and a job that moves what is there."""

import time
from argparse import ArgumentParser

from django.utils import timezone

from compliance.keys import rotations
from compliance.keys.models import Rotation, RotationState
from modelops.crypto.command_line import Options, Out
from modelops.crypto.decisions import by_shell
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason
from modelops.jobs.models import Job
from modelops.lib.errors import NotFound

NAME = "rotate"
HELP = (
    "Make a new key of a purpose, write under it at once, and let a worker move what is there. Whoever has this shell "
    "can reach the root key, so it counts as both persons; the ledger names it operator-shell."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Purpose, reason and whether to wait for the worker."""
    parser.add_argument("purpose", nargs="?", default=Purpose.ARTIFACT.value, choices=Purpose.values)
    parser.add_argument("--reason", choices=Reason.values, default=Reason.SCHEDULE.value)
    parser.add_argument("--rate", type=int, default=0, metavar="ROWS", help="move at most so many rows a second")
    parser.add_argument("--wait", action="store_true", help="wait for the end; exit 1 when rows could not be moved")
    parser.add_argument("--timeout", type=float, default=3600, metavar="SECONDS", help="how long --wait waits")


def run(options: Options, out: Out) -> int:
    """Start it, and follow it if asked."""
    keys = KeyVersion.objects.filter(purpose=options["purpose"])
    key = keys.filter(state=KeyState.ACTIVE).first() or keys.order_by("-version").first()
    if key is None:
        raise NotFound(f"There is no key for {options['purpose']!r}. Run: manage.py keys create", code="key.not_found")
    decision = by_shell(Reason(options["reason"]))
    rotation = rotations.rotate(key, decision=decision, rate_limit=options["rate"])
    out(f"{rotation.new_key} is active; {key} only opens what is there. Rotation {rotation.pk}")
    return _follow(rotation, options["timeout"], out) if options["wait"] else 0


def _follow(rotation: Rotation, timeout_s: float, out: Out) -> int:
    started, told = time.monotonic(), -1
    while time.monotonic() - started < timeout_s:
        rotation.refresh_from_db()
        if rotation.percent != told:
            told = rotation.percent
            out(f"{rotation.done:,} of {rotation.total:,} rows moved, {rotation.failed:,} failed ({told} %)")
        if rotation.is_finished:
            seconds = ((rotation.finished_at or timezone.now()) - rotation.created_at).total_seconds()
            out(f"{rotation.get_state_display()} after {seconds:.1f} s. {rotation.message}".rstrip())
            return 0 if rotation.state == RotationState.SUCCEEDED else 1
        if rotation.state == RotationState.PAUSED:
            out("Paused; it goes on when somebody resumes it.")
            return 1
        job = Job.objects.filter(pk=rotation.job_id).first() if rotation.job_id else None
        if job is not None and job.attempts == 0 and time.monotonic() - started > 30:
            out("No worker has taken the job yet. Is one running?")
            started, timeout_s = time.monotonic(), timeout_s - 30
        time.sleep(0.3)
    out("It is not finished yet; it goes on without this command.")
    return 1
