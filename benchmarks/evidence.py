"""The evidence of a quarter as one signed file."""

import datetime as dt
import io
import time
import zipfile
from typing import Any, Final

from . import portal
from .table import Table

LIMIT_S: Final = 60
_PACK, _READING = "signed pack", "reading the same rows (peer)"
_AT_ONCE: Final = 1_000


def measure(*, quick: bool = False) -> Table:
    """Rows of the ledger a second that go into the pack, beside only reading them."""
    portal.start()
    rows = 1_000 if quick else 100_000
    _fill(rows)
    from django.utils import timezone

    from compliance.audit import Actor
    from compliance.audit.exporting.period import Period
    from compliance.audit.models import AuditEvent
    from compliance.evidence.pack import make_pack

    now = timezone.now()
    period = Period(now - dt.timedelta(days=91), now + dt.timedelta(days=1))
    started = time.perf_counter()
    content = make_pack(period, actor=Actor.system("benchmark"))
    took = time.perf_counter() - started
    started = time.perf_counter()
    read = sum(1 for row in AuditEvent.objects.filter(actor_ref="benchmark").iterator() if row.sentence)
    reading = time.perf_counter() - started
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        lines = sum(pack.read(name).count(b"\n") for name in pack.namelist() if name.endswith(".csv"))
    assert lines >= rows
    figures = {_PACK: rows / took, _READING: read / reading}
    table = Table(f"Evidence of a quarter with {rows:,} rows", "rows a second", _PACK, figures)
    table.notes[_PACK] = f"{took:.1f} s for {len(content) / 2**20:.1f} MiB; the limit is {LIMIT_S} s"
    return table


def _fill(rows: int) -> None:
    """Rows that belong into the pack, written as the portal writes them."""
    from django.db import transaction

    from compliance.audit import Actor, record
    from compliance.audit.events import event_classes

    names = ("reviews.line.decided", "accounts.role.changed", "registry.version.added", "detections.detection.closed")
    events = [event_classes()[name] for name in names]
    actor = Actor.system("benchmark")
    for first in range(0, rows, _AT_ONCE):
        with transaction.atomic():
            for number in range(first, min(rows, first + _AT_ONCE)):
                event: Any = events[number % len(events)]
                record(event, ("registry.modelversion", str(number)), actor=actor, **dict.fromkeys(event.details, "x"))
