"""Whether a location answers: learnt from each contact, and asked once a minute."""

import time

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import DomainError
from registry.locations.audit_events import LOCATION_BACK, LOCATION_LOST
from registry.locations.choose import store_of
from registry.locations.models import StorageLocation

from .planning import wake

WATCH = Actor.system("storage watch")


def reached(location: StorageLocation) -> None:
    """The location works. When it did not before, what waits for it is tried at once."""
    with transaction.atomic():
        row = StorageLocation.objects.select_for_update().get(pk=location.pk)
        if row.is_up is True:
            return
        was_down = row.is_up is False
        StorageLocation.objects.filter(pk=row.pk).update(is_up=True)
        if was_down:
            record(LOCATION_BACK, row, actor=WATCH, name=row.name)
            wake(row)


def lost(location: StorageLocation, message: str) -> None:
    """The location does not answer, or refuses."""
    with transaction.atomic():
        row = StorageLocation.objects.select_for_update().get(pk=location.pk)
        if row.is_up is False:
            return
        StorageLocation.objects.filter(pk=row.pk).update(
            is_up=False, probed_at=timezone.now(), probe_result=message[:300]
        )
        record(LOCATION_LOST, row, actor=WATCH, outcome="failure", name=row.name)


def probe(location: StorageLocation) -> tuple[bool, str, int | None]:
    """Write, read and remove a small file; whether that worked, in words, and the milliseconds it took."""
    started = time.monotonic()
    try:
        store_of(location).probe()
    except DomainError as error:
        is_up, text, took_ms = False, error.message, None
    else:
        took_ms = round((time.monotonic() - started) * 1000)
        is_up, text = True, f"A test file was written, read and removed in {took_ms} ms."
    StorageLocation.objects.filter(pk=location.pk).update(
        probed_at=timezone.now(), probe_result=text[:300], probe_ms=took_ms
    )
    reached(location) if is_up else lost(location, text)
    location.refresh_from_db()
    return is_up, text, took_ms


def watch_locations() -> int:
    """Probe every enabled location; returns how many do not work."""
    enabled = StorageLocation.objects.filter(is_enabled=True).select_related("secret")
    return sum(not probe(location)[0] for location in enabled)
