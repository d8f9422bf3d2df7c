"""Finding the stream of a version, and adding to its totals."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import connection

from modelops.lib.errors import Conflict
from registry.models import ModelVersion, RegisteredModel

from .latency import added
from .models import Stream

# Numbers that no version has: a sender that counts builds must not fill the table.
MOST_UNKNOWN: Final = 20
# Classes of errors that are told apart in the totals and on /metrics; those after them count as "other".
MOST_CLASSES: Final = 20
OTHER: Final = "other"


def stream_of(model: RegisteredModel, number: int) -> Stream:
    """The stream of version ``number``, made with its first batch. A number that the registry does not know is taken.

    Raises Conflict when a model has too many of those already.
    """
    stream = Stream.objects.filter(model=model, version_number=number).first()
    if stream is not None and stream.version_id is not None:
        return stream
    version = ModelVersion.objects.filter(model=model, number=number).first()
    if stream is None:
        if version is None and Stream.objects.filter(model=model, version=None).count() >= MOST_UNKNOWN:
            raise Conflict(
                f"Predictions came for {MOST_UNKNOWN} versions of {model} that are not registered. Register the "
                "versions that are deployed, or correct the number that the sender gives.",
                code="prediction.too_many_unknown_versions",
                field="version",
            )
        stream, _ = Stream.objects.get_or_create(model=model, version_number=number, defaults={"version": version})
    elif version is not None:
        stream.version = version
        stream.save(update_fields=["version"])
    return stream


def add_to_totals(
    stream: Stream,
    rows: int,
    errors: Mapping[str, int],
    latency_counts: Sequence[int],
    latency_sum_ms: float,
    moments: tuple[dt.datetime, dt.datetime],
    now: dt.datetime,
) -> None:
    """Add a batch to the totals, in its transaction. The row is held from here to the end: do it last."""
    stream = Stream.objects.select_for_update().get(pk=stream.pk)
    stream.predictions += rows
    stream.errors += sum(errors.values())
    classes: Counter[str] = Counter(stream.error_classes)
    for name, count in sorted(errors.items()):
        classes[name if name in classes or len(classes) < MOST_CLASSES else OTHER] += count
    stream.error_classes = dict(classes)
    stream.latency_counts = added(stream.latency_counts, latency_counts)
    stream.latency_sum_ms += latency_sum_ms
    first, last = moments
    stream.first_at = min(stream.first_at or first, first)
    stream.last_at = max(stream.last_at or last, last)
    stream.last_received_at = now
    stream.save()


def mark_stale(stream_id: int, hours: Sequence[dt.datetime]) -> None:
    """Have the figures of these hours, given in order, computed anew: so no two requests block each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO predictions_window (stream_id, starts_at, is_stale, figures)"
            " SELECT %s, hour, true, '{}' FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS given (hour, place)"
            " ORDER BY place ON CONFLICT (stream_id, starts_at) DO UPDATE SET is_stale = true",
            [stream_id, list(hours)],
        )
