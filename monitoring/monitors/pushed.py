"""Sketches that pipelines push in place of rows: taken once, checked, and compared by a job."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotFound
from monitoring.drift.services import start_pushed_run
from monitoring.models.drift import DriftRun
from monitoring.predictions.audit_events import BATCH_RECEIVED
from monitoring.predictions.models import BatchKind, FeatureBlock, Stream
from monitoring.predictions.receiving import Received, claim
from monitoring.predictions.streams import stream_of
from monitoring.predictions.texts import kind_of, refusal
from registry.models import RegisteredModel

from .models import DriftMonitor, MonitorRun
from .profiles import profile_of, published
from .services import policy_now

CODE: Final = "sketch.invalid"
FEWEST: Final = 20
_MEMBERS: Final = {"monitor", "profile", "rows", "columns"}
_MOST_ROWS: Final = 2**53
_NUMBERS, _CATEGORIES = {"counts", "missing"}, {"categories", "other", "missing"}


@transaction.atomic
def receive_sketch(
    model: RegisteredModel,
    number: int,
    client_id: str,
    sent: Any,
    *,
    user: Any,
    digest: bytes,
    now: dt.datetime,
    actor: Actor,
) -> tuple[Received, DriftRun | None]:
    """Check and store a sketch, and start its comparison; a batch that came before gives its run again.

    Raises Invalid, NotFound for a monitor that ``user`` may not see, Conflict for bins that are not the present ones.
    """
    stream = stream_of(model, number)
    batch, is_new = claim(model, stream, BatchKind.SKETCH, client_id, digest)
    if not is_new:
        return Received(batch, True), DriftRun.objects.filter(pushed_batch=batch.pk).first()
    monitor = _monitor(user, sent, stream)
    checked = _checked(monitor, sent)
    batch.rows, batch.first_at, batch.last_at = min(checked["rows"], 2**31 - 1), now, now
    batch.save(update_fields=["rows", "first_at", "last_at"])
    content = zlib.compress(json.dumps(checked, separators=(",", ":")).encode(), 1)
    FeatureBlock(batch=batch, content=content).save(force_insert=True)
    record(
        BATCH_RECEIVED,
        stream,
        actor=actor,
        model=model.name,
        version=number,
        batch=client_id,
        rows=checked["rows"],
        errors=0,
        known=stream.version_id is not None,
    )
    # The rows are not counted as predictions: who pushes sketches may send the answers beside them, row by row.
    Stream.objects.filter(pk=stream.pk).update(last_received_at=now)
    policy = policy_now(monitor)
    name = f"Batch {client_id} of {stream}"
    run = start_pushed_run(monitor.reference, batch.pk, name, model, actor=actor, policy=policy)
    MonitorRun.objects.create(monitor=monitor, run=run, policy=policy.as_json())
    return Received(batch, False), run


def sketch_of(batch_id: UUID) -> dict[str, Any] | None:
    """What a batch told, as it was checked; None where it went with its month."""
    content = FeatureBlock.objects.filter(pk=batch_id).values_list("content", flat=True).first()
    return None if content is None else json.loads(zlib.decompress(content))


def _monitor(user: Any, sent: Any, stream: Stream) -> DriftMonitor:
    if type(sent) is not dict or sent.keys() != _MEMBERS:
        raise refusal("sketch", f"is {kind_of(sent)} of other members", f"{', '.join(sorted(_MEMBERS))}", code=CODE)
    try:
        pk = UUID(sent["monitor"])
    except (ValueError, TypeError, AttributeError):
        raise refusal("sketch.monitor", f"is {kind_of(sent['monitor'])}", "the id of a monitor", code=CODE) from None
    rows = DriftMonitor.objects.visible_to(user).select_related("reference__dataset", "model_version")
    found: DriftMonitor | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(
            "There is no drift monitor of this id that you may see. GET /api/v1/monitors/ lists them.",
            code="monitor.not_found",
            field="sketch",
        )
    if found.model_version_id is not None and found.model_version_id != stream.version_id:
        raise Conflict(
            f"The drift monitor {found} watches {found.model_version}; this sketch is of {stream}. Push it to the "
            "monitor of that version.",
            code="monitor.of_another_version",
            field="sketch",
        )
    return found


def _checked(monitor: DriftMonitor, sent: Mapping[str, Any]) -> dict[str, Any]:
    profile = profile_of(monitor.reference)
    if profile is None or sent["profile"] != str(profile.pk):
        raise Conflict(
            f"The sketch was not counted in the present bins of the drift monitor {monitor}. Fetch them at "
            f"/api/v1/monitors/{monitor.pk}/sketch/ and count again.",
            code="sketch.other_bins",
            field="sketch",
        )
    rows = _count(sent["rows"], "sketch.rows", _MOST_ROWS)
    columns = sent["columns"]
    if type(columns) is not dict or not columns:
        raise refusal("sketch.columns", f"is {kind_of(columns)}", "an object with a member a column", code=CODE)
    known = dict(published(profile, list(columns)))
    for name, told in columns.items():
        place = f"sketch.columns.{name[:100].encode('ascii', 'replace').decode()}"
        about = known.get(name, "No such column.")
        if isinstance(about, str):
            raise refusal(place, "is no column that is published", "those of the monitor's bins alone", code=CODE)
        if type(told) is not dict:
            raise refusal(place, f"is {kind_of(told)}", "an object", code=CODE)
        total = _numbers(told, len(about.edges) + 1, place) if hasattr(about, "edges") else _words(told, about, place)
        held = total + _count(told["missing"], f"{place}.missing", rows)
        # Fewer than twenty values are told by none of them, so their number is not known.
        is_untold = told.get("counts", told.get("categories")) is None
        if held > rows or (held < rows and not is_untold):
            raise refusal(
                place, f"counts {held} values in {rows} rows", "each row once: a value or a missing one", code=CODE
            )
    return {"rows": rows, "profile": sent["profile"], "columns": columns}


def _numbers(told: Mapping[str, Any], bins: int, place: str) -> int:
    if told.keys() != _NUMBERS:
        raise refusal(place, "has other members", "counts and missing", code=CODE)
    counts = told["counts"]
    if counts is None:
        return 0
    if type(counts) is not list or len(counts) != bins or counts[-1] is None:
        raise refusal(
            f"{place}.counts", "are not in the bins of the monitor", f"{bins} counts, the last no null", code=CODE
        )
    return sum(_enough(count, f"{place}.counts") for count in counts if count is not None)


def _words(told: Mapping[str, Any], about: Any, place: str) -> int:
    if told.keys() != _CATEGORIES:
        raise refusal(place, "has other members", "categories, other and missing", code=CODE)
    categories = told["categories"]
    if categories is None:
        return 0
    if type(categories) is not dict or not categories.keys() <= about.counts.keys():
        raise refusal(f"{place}.categories", "names others than the monitor", "those that it publishes", code=CODE)
    named = sum(_enough(count, f"{place}.categories") for count in categories.values())
    return named + _enough(told["other"], f"{place}.other")


def _enough(value: Any, place: str) -> int:
    count = _count(value, place, _MOST_ROWS)
    if 0 < count < FEWEST:
        raise Invalid(
            f"{place} tells a count of {count}. Counts of 1 to {FEWEST - 1} are not taken, they tell of few people. "
            "Join neighbouring bins, as the client of the portal does.",
            code="sketch.too_fine",
            field="sketch",
        )
    return count


def _count(value: Any, place: str, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise refusal(place, f"is {kind_of(value)}", f"a whole number from 0 to {most}", code=CODE)
    return value
