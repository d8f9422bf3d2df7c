"""Celery entry points of replication."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import shared_task
from django.db import connection, transaction

from compliance.audit import Actor
from modelops import jobs
from modelops.jobs.schedule import scheduled
from registry.locations.models import StorageLocation

from . import backfill, contact, verifying
from .copying import bring_back, due, make_copy
from .reconciling import compare, keep
from .repairing import repair_all

RECONCILE_JOB = "registry.reconcile"
CLOCK = Actor.system("reconciliation")
# A run takes nothing new after this, so that a worker is not held for ever; the next run goes on.
_TAKES_FOR_S = 50.0
# Advisory locks of PostgreSQL: at most two workers copy at a time. The numbers are arbitrary.
_SLOTS = (0x6D6F_7265, 0x6D6F_7266)


@scheduled("Copy files to their locations", every_s=15)
@shared_task(name="registry.replicate")
def replicate() -> int:
    """Make the copies that are due; returns how many were made. Safe to run at any time and many at once."""
    bring_back()
    made = 0
    stop_at = time.monotonic() + _TAKES_FOR_S
    with _slot() as is_free:
        while is_free and time.monotonic() < stop_at:
            waiting = list(due().values_list("pk", flat=True)[:20])
            if not waiting:
                break
            made += sum(make_copy(pk) for pk in waiting)
    return made


@contextmanager
def _slot() -> Iterator[bool]:
    taken = None
    with connection.cursor() as cursor:
        for number in _SLOTS:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            if cursor.fetchone()[0]:
                taken = number
                break
    try:
        yield taken is not None
    finally:
        if taken is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [taken])


@scheduled("Watch storage locations", every_s=60)
@shared_task(name="registry.watch_locations")
def watch_locations() -> int:
    """Ask each location whether it works; one that is back gets what it missed."""
    return contact.watch_locations()


@scheduled("Compare storage locations with the rows", every_s=86_400)
@shared_task(name="registry.reconcile_locations")
def reconcile_locations() -> None:
    """Ask for a comparison of every enabled location; each repairs what it finds."""
    for location in StorageLocation.objects.filter(is_enabled=True):
        with transaction.atomic():
            enqueue_reconciliation(location, actor=CLOCK)


def enqueue_reconciliation(location: StorageLocation, *, actor: Actor) -> Any:
    """Have a worker compare one location with the rows; returns the job. Inside the caller's transaction."""
    return jobs.enqueue(RECONCILE_JOB, payload={"location": str(location.pk)}, actor=actor, target=location)


@jobs.handler(RECONCILE_JOB, "Check of a storage location")
def run_reconciliation(running: jobs.RunningJob) -> None:
    """Compare, read a part of the files through, then have repaired what is missing or damaged anywhere."""
    location = StorageLocation.objects.select_related("secret").filter(pk=running.payload["location"]).first()
    if location is None:
        return
    run = compare(location, actor=running.actor, progress=running.progress)
    read, bad = verifying.verify_some(location, most_bytes=verifying.NIGHTLY_BYTES, actor=running.actor)
    begun, refused = repair_all(actor=running.actor)
    with running.completing(
        f"{run.objects_found:,} files: {run.orphans} orphaned ({run.swept} removed), {run.missing} missing, "
        f"{run.wrong_size} of a wrong size, {run.plaintext} not sealed. {read} read through, {bad} bad. "
        f"{begun} repairs begun, {refused} not possible."
    ):
        keep(run, actor=running.actor)


@jobs.handler(backfill.JOB, "Copying files to a storage location")
def run_backfill(running: jobs.RunningJob) -> None:
    """Make the copies that a new location or a new policy asks for."""
    backfill.run_backfill(running)


@jobs.handler(verifying.JOB, "Verification of all copies")
def run_verification(running: jobs.RunningJob) -> None:
    """Read all copies of a version through."""
    verifying.run_verification(running)
