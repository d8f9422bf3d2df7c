"""Matchers: which alerts a silence or a chain is about. No regular expressions, so that none can explode.

A pattern knows ``*`` (any text) and ``?`` (one character). The comparison goes through the text at most once for each
star, whatever the pattern is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from modelops.lib.errors import Invalid
from monitoring.models.alert_severity import Severity

FIELDS = ("key", "title", "severity", "group", "source", "rule")
OPERATORS = ("is", "is_not", "like", "not_like", "at_least")
MOST = 10
LONGEST = 200

Matcher = Mapping[str, Any]


def cleaned(matchers: Any, *, field: str, at_least_one: bool = True) -> list[dict[str, str]]:
    """Matchers in their stored form; raises Invalid that names what is wrong."""
    if not isinstance(matchers, list) or not all(isinstance(one, dict) for one in matchers):
        raise _refuse(field, "Matchers are a list of objects with field, op and value.")
    if len(matchers) > MOST or (at_least_one and not matchers):
        raise _refuse(field, f"{len(matchers)} matchers are given; 1 to {MOST} are needed.")
    return [_cleaned(one, field) for one in matchers]


def _cleaned(one: Mapping[str, Any], field: str) -> dict[str, str]:
    name, operator, value = one.get("field"), one.get("op", "is"), one.get("value")
    if name not in FIELDS:
        raise _refuse(field, f"A matcher's field is one of {', '.join(FIELDS)}.")
    if operator not in OPERATORS:
        raise _refuse(field, f"A matcher's op is one of {', '.join(OPERATORS)}; regular expressions are not taken.")
    if not isinstance(value, str) or not value or len(value) > LONGEST:
        raise _refuse(field, f"A matcher's value is a text of 1 to {LONGEST} characters.")
    if operator == "at_least" and (name != "severity" or value not in Severity.values):
        raise _refuse(field, f"at_least is for severity, with one of {', '.join(Severity.values)}.")
    return {"field": str(name), "op": str(operator), "value": value}


def _refuse(field: str, message: str) -> Invalid:
    return Invalid(message, code="matcher.invalid", field=field)


def facts(alert: Any) -> dict[str, str]:
    """What matchers see of an alert."""
    return {
        "key": alert.key,
        "title": alert.title,
        "severity": str(alert.severity),
        "group": alert.group,
        "source": alert.source_type,
        "rule": alert.rule.name if alert.rule_id else "",
    }


def matches(matchers: Iterable[Matcher], seen: Mapping[str, str]) -> bool:
    """Whether all of them match."""
    return all(_one(matcher, seen) for matcher in matchers)


def _one(matcher: Matcher, seen: Mapping[str, str]) -> bool:
    text, value, operator = seen.get(matcher["field"], ""), matcher["value"], matcher["op"]
    if operator == "at_least":
        return Severity(text).rank >= Severity(value).rank
    if operator in {"is", "is_not"}:
        return (text == value) == (operator == "is")
    return like(value, text) == (operator == "like")


def like(pattern: str, text: str) -> bool:
    """Whether ``text`` has the form of ``pattern``.

    >>> like("drift:*", "drift:a:b"), like("a?c", "abc"), like("a*b*c", "aXbX")
    (True, True, False)
    """
    p = t = 0
    star, mark = -1, 0
    while t < len(text):
        if p < len(pattern) and pattern[p] == "*":
            star, mark = p, t
            p += 1
        elif p < len(pattern) and pattern[p] in ("?", text[t]):
            p, t = p + 1, t + 1
        elif star >= 0:
            mark += 1
            p, t = star + 1, mark
        else:
            return False
    return pattern[p:].strip("*") == ""
