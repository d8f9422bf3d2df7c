"""Taking in a batch of predictions: whole or not at all, and once."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict
from registry.models import RegisteredModel
from registry.people.kept_out import kept_out

from .audit_events import BATCH_RECEIVED, ROWS_SET_ASIDE
from .copying import copy_rows
from .features import missing_in, sealed_for
from .latency import counted
from .models import BatchKind, FeatureSchema, PredictionBatch, Stream
from .restricting import while_taken_in
from .sent_rows import SentRows, read_rows
from .set_aside import count_set_aside, digests_of_ids, forget_labels
from .streams import add_to_totals, mark_stale, stream_of


class Received(NamedTuple):
    """The batch, and whether it was here before."""

    batch: PredictionBatch
    is_repeated: bool


@transaction.atomic
def receive_rows(
    model: RegisteredModel,
    number: int,
    client_id: str,
    sent: list[Any],
    *,
    digest: bytes,
    now: dt.datetime,
    actor: Actor,
) -> Received:
    """Check and store a batch of rows that arrived at ``now``; rows about people who are kept out are set aside.

    ``digest`` stands for all that was sent: the same batch again changes nothing, another one under the same id raises
    Conflict. Raises Invalid for the first value at fault.
    """
    stream = stream_of(model, number)
    batch, is_new = claim(model, stream, BatchKind.ROWS, client_id, digest)
    if not is_new:
        return Received(batch, True)
    rows = read_rows(sent, ranges_of(stream), now)
    while_taken_in()
    batch.set_aside = about_kept_out(rows)
    keys_set_aside = digests_of_ids(rows.keys[place] for place in batch.set_aside)
    batch.set_aside_keys = sorted(keys_set_aside.values())
    rows = rows.without(batch.set_aside)
    errors = rows.error_classes
    batch.rows, batch.errors = len(rows), sum(errors.values())
    batch.first_at, batch.last_at = min(rows.at, default=None), max(rows.at, default=None)
    batch.cells, batch.nulls = missing_in(rows.features)
    batch.save(update_fields=["rows", "errors", "first_at", "last_at", "cells", "nulls", "set_aside", "set_aside_keys"])
    if rows.features:
        sealed_for(batch, rows.features).save(force_insert=True)
    if len(rows):
        copy_rows(rows, stream.pk, batch.pk)
    latencies = [value for value in rows.latencies_ms if value is not None]
    record(
        BATCH_RECEIVED,
        stream,
        actor=actor,
        model=model.name,
        version=number,
        batch=client_id,
        rows=batch.rows,
        errors=batch.errors,
        known=stream.version_id is not None,
    )
    if batch.set_aside:
        told = {"model": model.name, "version": number, "batch": client_id, "rows": len(batch.set_aside)}
        record(ROWS_SET_ASIDE, stream, actor=actor, **told)
        forget_labels(model, keys_set_aside)
    if batch.first_at is not None and batch.last_at is not None:
        moments = batch.first_at, batch.last_at
        mark_stale(stream.pk, rows.hours)
        add_to_totals(stream, batch.rows, errors, counted(latencies), sum(latencies), moments, now)
    if batch.set_aside:
        count_set_aside(stream, len(batch.set_aside))
    return Received(batch, False)


def about_kept_out(rows: SentRows) -> list[int]:
    """Places of the rows that nothing may be done with: who they are about objects, is restricted or was erased."""
    names = kept_out({subject for subject in rows.subjects if subject is not None})
    return [place for place, subject in enumerate(rows.subjects) if subject in names] if names else []


def claim(
    model: RegisteredModel, stream: Stream | None, kind: BatchKind, client_id: str, digest: bytes
) -> tuple[PredictionBatch, bool]:
    """The batch under this id, and whether it is new: then it is this transaction's to fill.

    Whoever comes second waits here until the first has ended. Raises Conflict for another content under the same id.
    """
    batch = PredictionBatch(model=model, stream=stream, kind=kind, client_id=client_id, sent_digest=digest, rows=0)
    PredictionBatch.objects.bulk_create([batch], ignore_conflicts=True)
    found = PredictionBatch.objects.get(model=model, kind=kind, client_id=client_id)
    if found.pk != batch.pk and bytes(found.sent_digest) != digest:
        raise Conflict(
            f"The batch {client_id} came before with another content. Nothing was stored; give each batch an id of its "
            "own, and send it again unchanged when an answer was lost.",
            code="batch.reused",
            field="batch_id",
        )
    return found, found.pk == batch.pk


def ranges_of(stream: Stream) -> Mapping[str, Mapping[str, Any]]:
    """What the version's schema says about its features; nothing where it has none."""
    if stream.version_id is None:
        return {}
    features = FeatureSchema.objects.filter(pk=stream.version_id).values_list("features", flat=True).first()
    return features or {}
