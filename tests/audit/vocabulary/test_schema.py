"""One published JSON schema, which every row of every event obeys."""

import json
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, meta

from compliance.audit import Actor
from compliance.audit.context import acting
from compliance.audit.vocabulary.schema import schema
from tests.audit.vocabulary.samples import EVENTS, recorded

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ACTORS = st.builds(
    Actor,
    st.sampled_from(["user", "service", "system", "anonymous"]),
    st.from_regex(r"[a-z0-9-]{0,40}", fullmatch=True),
)


@cache
def validator() -> Draft202012Validator:
    """The compiled validator: one in Python goes through the schemas of all events for each row, for milliseconds."""
    document = schema()
    meta.validate(document)
    return Draft202012Validator(document, validate_formats=True)


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(4))
def test_any_recorded_row_of_any_event_obeys_the_schema(part: int) -> None:
    """S3-21: whatever the details, the actor, the object and the outcome are."""
    judge = validator()

    @settings(max_examples=3, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        for event in EVENTS[part::4]:
            leaf = _any_row(event, data)
            faults = [fault.message for fault in judge.iter_errors(leaf)]
            assert faults == [], (event.name, faults)

    holds()


def _any_row(event: Any, data: st.DataObject) -> dict[str, Any]:
    # One value serves all details of the row: drawing one for each takes most of the time.
    value = data.draw(VALUES)
    target = data.draw(st.sampled_from([None, ("registry.modelversion", "018f-1"), ("a" * 100, "b" * 100)]))
    outcome = data.draw(st.sampled_from(["success", "denied", "failure"]))
    with transaction.atomic(), acting(via="task:some.thing", request_id="r" * 64, source="203.0.113.0/24"):
        return recorded(
            event, dict.fromkeys(event.details, value), actor=data.draw(ACTORS), target=target, outcome=outcome
        )


@pytest.mark.django_db
def test_the_schema_refuses_what_no_row_can_be() -> None:
    """S3-21, S4-80: an unknown action, a foreign detail, another category, another time, a word too much."""
    judge, event = validator(), next(event for event in EVENTS if event.details)
    sound = recorded(event)
    assert judge.is_valid(sound)
    details = sound["details"]
    for wrong in (
        {"action": "registry.model.vanished"},
        {"details": {**details, "address": "x"}},
        {"details": {}},
        {"category": next(name for name in ("data", "system") if name != event.category)},
        {"at": "2026-01-01 00:00:00"},
        {"at": "2026-01-01T00:00:00.000000+01:00"},
        {"outcome": "refused"},
        {"origin": "x"},
        {"v": 0},
        {"more": 1},
    ):
        assert not judge.is_valid({**sound, **wrong}), wrong
    assert not judge.is_valid({name: value for name, value in sound.items() if name != "actor"})


def test_the_published_schema_is_that_of_the_declared_events() -> None:
    """S3-21: docs/reference/audit-event.schema.json; `manage.py audit_schema` writes it anew."""
    from django.conf import settings as portal

    published = portal.BASE_DIR / "docs/reference/audit-event.schema.json"
    told = json.loads(published.read_text())
    ours = schema()
    missing = sorted(set(ours["$defs"]) ^ set(told["$defs"]))
    assert told == ours, f"Run manage.py audit_schema --out {published.name}; events that differ: {missing}"
