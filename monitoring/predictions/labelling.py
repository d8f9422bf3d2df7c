"""Taking in ground truth: late, twice, corrected and contradictory.

The first label of a prediction counts. The same again is ignored. Another one counts in its place when it calls itself
a correction; otherwise it is kept as a contradiction, and a finding asks people to decide. Rows are never changed in
what they say: a correction is a further row. A label for a prediction that was set aside is set aside as well.
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction

from compliance.audit import Actor, record
from modelops.lib.ids import uuid7
from registry.models import RegisteredModel

from .audit_events import LABELS_RECEIVED, LABELS_SET_ASIDE
from .models import BatchKind, GroundTruth, PredictionBatch
from .receiving import Received, claim
from .sent_truth import SentLabel, read_labels
from .set_aside import ids_set_aside, one_at_a_time

_AT_ONCE = 2000


@transaction.atomic
def receive_labels(
    model: RegisteredModel, client_id: str, sent: list[Any], *, digest: bytes, now: dt.datetime, actor: Actor
) -> Received:
    """Check and store a batch of labels that arrived at ``now``; raises as `receive_rows` does.

    Labels may come before their predictions, and wait for them.
    """
    batch, is_new = claim(model, None, BatchKind.TRUTH, client_id, digest)
    if not is_new:
        return Received(batch, True)
    labels = read_labels(sent, now)
    one_at_a_time(model)
    not_stored = ids_set_aside(model, [label.key for label in labels])
    batch.set_aside = [place for place, label in enumerate(labels) if label.key in not_stored]
    labels = [label for label in labels if label.key not in not_stored]
    taken = _settled(model, batch, labels, now)
    superseded = [row.pk for row in taken.superseded]
    GroundTruth.objects.filter(pk__in=superseded).update(is_current=False)
    GroundTruth.objects.bulk_create(taken.added, batch_size=_AT_ONCE)
    batch.rows, batch.ignored, batch.contradicted = len(labels), taken.ignored, taken.contradicted
    moments = [label.observed_at for label in labels]
    batch.first_at, batch.last_at = min(moments, default=None), max(moments, default=None)
    batch.save(update_fields=["rows", "ignored", "contradicted", "first_at", "last_at", "set_aside"])
    _mark_hours(model, [row.key for row in taken.added if row.is_current])
    record(
        LABELS_RECEIVED,
        batch,
        actor=actor,
        model=model.name,
        batch=client_id,
        rows=batch.rows,
        ignored=batch.ignored,
        contradicted=batch.contradicted,
    )
    if batch.set_aside:
        told = {"model": model.name, "batch": client_id, "rows": len(batch.set_aside)}
        record(LABELS_SET_ASIDE, batch, actor=actor, **told)
    return Received(batch, False)


class _Taken:
    """What a batch of labels comes to."""

    def __init__(self) -> None:
        self.added: list[GroundTruth] = []
        self.superseded: list[GroundTruth] = []
        self.ignored = self.contradicted = 0


def _settled(model: RegisteredModel, batch: PredictionBatch, labels: list[SentLabel], now: dt.datetime) -> _Taken:
    taken = _Taken()
    keys = [label.key for label in labels]
    stored = GroundTruth.objects.filter(model=model, key__in=keys, is_current=True)
    current = {row.key: row for row in stored}
    added: dict[str, GroundTruth] = {}
    for label in labels:
        before = current.get(label.key)
        if before is not None and (before.label if before.number is None else before.number) == label.value:
            taken.ignored += 1
            continue
        row = GroundTruth(
            id=uuid7(),
            model=model,
            batch=batch,
            key=label.key,
            number=label.number,
            label=label.label,
            observed_at=label.observed_at,
            received_at=now,
        )
        if before is not None and not label.is_correction:
            row.is_current, row.is_contradiction = False, True
            taken.contradicted += 1
        else:
            if label.key in added:
                before.is_current = False  # type: ignore[union-attr]  # it was added by this batch
            elif before is not None:
                taken.superseded.append(before)
            added[label.key] = current[label.key] = row
        taken.added.append(row)
    return taken


def _mark_hours(model: RegisteredModel, keys: list[str]) -> None:
    """Have the hours computed anew in which the predictions were made that the labels are about."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO predictions_window (stream_id, starts_at, is_stale, figures)"
            " SELECT DISTINCT p.stream_id, date_trunc('hour', p.at, 'UTC'), true, '{}'::jsonb"
            " FROM predictions_prediction p JOIN predictions_stream s ON s.id = p.stream_id"
            " WHERE s.model_id = %s AND p.key = ANY(%s) AND p.key <> '' ORDER BY 1, 2"
            " ON CONFLICT (stream_id, starts_at) DO UPDATE SET is_stale = true",
            [model.pk, keys],
        )
