"""Rows about people who had the processing restricted or object to it: they stay stored, and count in no figure.

A row has the references of the requests that restrict it, so that one that ends leaves the others in force. The hours
of the rows are computed anew, without them or with them again.
"""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, F, Func, QuerySet, TextField, Value

from .models import Prediction

USABLE: Final = "p.restricted_by IS NULL"
"""Of the predictions ``p`` of a statement, those that may be used."""
_LOCK: Final = "hashtextextended('predictions of people', 0)"


def restrict_rows(rows: QuerySet[Prediction], reference: str) -> int:
    """Leave the rows out from now on; how many there are. Safe to run twice.

    Batches that have looked up already who is kept out are waited for, and later ones wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
    chosen = list(rows.values_list("pk", flat=True))
    found = Prediction.objects.filter(pk__in=chosen)
    found.exclude(restricted_by__contains=[reference]).update(
        restricted_by=Func(F("restricted_by"), Value(reference), function="array_append")
    )
    compute_anew(found)
    return len(chosen)


def use_again(reference: str) -> int:
    """End what a request restricted; rows that another one restricts as well stay left out."""
    held = Prediction.objects.filter(restricted_by__isnull=False, restricted_by__contains=[reference])
    chosen = list(held.values_list("pk", flat=True))
    found = Prediction.objects.filter(pk__in=chosen)
    left = Func(F("restricted_by"), Value(reference), function="array_remove")
    none = Value([], ArrayField(CharField(max_length=20)))
    found.update(restricted_by=Func(left, none, function="nullif", output_field=ArrayField(TextField())))
    compute_anew(found)
    return len(chosen)


def compute_anew(rows: QuerySet[Prediction]) -> None:
    """Have the hours of some rows computed anew."""
    chosen = list(rows.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO predictions_window (stream_id, starts_at, is_stale, figures)"
            " SELECT DISTINCT stream_id, date_trunc('hour', at, 'UTC'), true, '{}'::jsonb FROM predictions_prediction"
            " WHERE id = ANY(%s) ORDER BY 1, 2 ON CONFLICT (stream_id, starts_at) DO UPDATE SET is_stale = true",
            [chosen],
        )


def while_taken_in() -> None:
    """Hold off restrictions until this transaction has ended, so that none misses a row of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_LOCK})")
