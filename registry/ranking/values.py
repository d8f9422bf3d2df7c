"""One metric of versions as a number that the database can compare, sort and narrow by."""

from typing import Any

from django.db.models import Case, F, FloatField, Func, QuerySet, TextField, Value, When
from django.db.models.functions import Cast


def with_value(versions: QuerySet[Any], metric: str) -> QuerySet[Any]:
    """The versions that say a number for ``metric``, with it as ``value``."""
    name = Cast(Value(metric), TextField())
    number = Func(Func(F("metrics"), name, function="jsonb_extract_path_text"), template="(%(expressions)s)::numeric")
    kind = Func(Func(F("metrics"), name, function="jsonb_extract_path"), function="jsonb_typeof")
    known = versions.alias(kind=Cast(kind, TextField())).filter(kind="number")
    # The guard stands around the cast too: the planner may look at the value before the filter.
    return known.annotate(value=Case(When(kind="number", then=number), output_field=FloatField()))
