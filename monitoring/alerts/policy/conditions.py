"""Matchers as a condition of the database: which alerts they are about, however many there are."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from monitoring.models.alert_severity import Severity

from .matching import Matcher

_COLUMNS = {"key": "key", "title": "title", "severity": "severity", "group": "group", "source": "source_type"}


def narrowed(alerts: QuerySet[Any], matchers: Iterable[Matcher]) -> QuerySet[Any]:
    """Those of ``alerts`` that all of the matchers match, as `matching.matches` says it of one."""
    # An alert without a rule has an empty one, as in `matching.facts`.
    named = alerts.alias(rule_name=Coalesce("rule__name", Value("")))
    for matcher in matchers:
        named = named.filter(_one(matcher))
    return named


def _one(matcher: Matcher) -> Q:
    column = _COLUMNS.get(matcher["field"], "rule_name")
    value, operator = matcher["value"], matcher["op"]
    if operator == "at_least":
        return Q(**{f"{column}__in": Severity(value).and_worse()})
    is_plain = operator in {"is", "is_not"}
    holds = Q(**({column: value} if is_plain else {f"{column}__regex": _pattern(value)}))
    return ~holds if operator in {"is_not", "not_like"} else holds


def _pattern(value: str) -> str:
    """Only ``*`` and ``?`` mean anything; whatever else was written stands for itself."""
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in re.sub(r"\*+", "*", value))
    return f"^{''.join(parts)}$"
