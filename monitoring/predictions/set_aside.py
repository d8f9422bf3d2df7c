"""Which rows were set aside: known again by a keyed digest of the sender's ids, so that no label of them is stored."""

from collections.abc import Collection, Iterable
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, F, Value

from registry.models import RegisteredModel
from registry.people.digests import digest, secret

from .models import GroundTruth, Prediction, PredictionBatch, Stream

# Ids and people are digested with one key: what is told apart here is never equal there.
_IDS: Final = "id of a prediction: "


def digests_of_ids(keys: Iterable[str]) -> dict[str, int]:
    """The digest of each id; empty ids have none. Raises KeysUnavailable."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    key = secret()
    return {each: digest(key, _IDS + each) for each in wanted}


def count_set_aside(stream: Stream, rows: int) -> None:
    """Add to the total of a stream; the row is held from here to the end of the transaction."""
    Stream.objects.filter(pk=stream.pk).update(set_aside=F("set_aside") + rows)


def forget_labels(model: RegisteredModel, keys: Collection[str]) -> None:
    """Take back labels that came before their predictions were set aside."""
    one_at_a_time(model)
    unknown = set(keys) - _stored(model, keys)
    GroundTruth.objects.filter(model=model, key__in=unknown).delete()


def ids_set_aside(model: RegisteredModel, keys: Collection[str]) -> set[str]:
    """Those of ``keys`` that are ids of rows that were set aside, and of no row that is stored."""
    if not Stream.objects.filter(model=model, set_aside__gt=0).exists():
        return set()
    digests = digests_of_ids(keys)
    # With its type: of a bare list Django sends each item as four bytes.
    wanted = Value(sorted(digests.values()), ArrayField(BigIntegerField()))
    batches = PredictionBatch.objects.filter(model=model, set_aside_keys__overlap=wanted)
    known = {each for held in batches.values_list("set_aside_keys", flat=True) for each in held}
    found = {key for key, each in digests.items() if each in known}
    return found - _stored(model, found)


def _stored(model: RegisteredModel, keys: Collection[str]) -> set[str]:
    return set(Prediction.objects.filter(stream__model=model, key__in=keys).values_list("key", flat=True))


def one_at_a_time(model: RegisteredModel) -> None:
    """Let one batch of labels of a model be settled after the other: what counts depends on what came before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ground truth ' || %s, 0))", [str(model.pk)])
