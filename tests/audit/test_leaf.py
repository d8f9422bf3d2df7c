"""What of a row is hashed: one text for one row, the same in the query and in Python, whatever stands in it."""

import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from compliance.audit import Actor, define, record
from compliance.audit.canonical import canonical_json
from compliance.audit.context import acting
from compliance.audit.leaf import LEAF_SQL, leaf_hash, leaf_text
from compliance.audit.models import AuditEvent

SAID = define("tests.leaf.said", "said {what}", "what", category="system")
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def in_query() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'Asia/Kathmandu'")  # the session's own settings change nothing
        cursor.execute(f"SELECT {LEAF_SQL} FROM audit_auditevent e WHERE e.name = 'tests.leaf.said'")
        texts = [text for (text,) in cursor.fetchall()]
        cursor.execute("SET LOCAL timezone = 'UTC'")
        return texts


class TestAnyRow(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(what=_values, ref=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))
    def test_the_query_and_python_agree(self, what: Any, ref: str) -> None:
        """S3-21: any value, in details and in a text column, has one canonical text; it is valid JSON."""
        with acting(via=ref, request_id=ref):
            record(SAID, ("tests.thing", ref), actor=Actor.system("tests"), what=what)
        [text] = in_query()
        event = AuditEvent.objects.get(name=SAID.name)
        assert text == leaf_text(event)
        assert json.loads(text)["target"]["id"] == ref
        assert canonical_json(json.loads(text)) == text
        assert len(leaf_hash(text.encode())) == 32


@pytest.mark.django_db
def test_two_rows_cannot_share_a_text() -> None:
    """A quote in one column must not be readable as the next column."""
    for request_id, target in (('x","target":{"id":"y', "z"), ("x", 'y","target":{"id":"z')):
        with acting(request_id=request_id):
            record(SAID, ("tests.thing", target), actor=Actor.system("tests"), what=1)
    one, other = in_query()
    assert json.loads(one)["request"] != json.loads(other)["request"]


@pytest.mark.django_db
def test_text_that_the_database_cannot_store_is_made_storable() -> None:
    record(SAID, ("tests.thing", "1"), actor=Actor.system("tests"), what=["a\x00b", "\ud800", "\\u0000"])
    assert AuditEvent.objects.get(name=SAID.name).details["what"][0] == "a\ufffdb"
    assert AuditEvent.objects.get(name=SAID.name, details__what__2="\\u0000")


@pytest.mark.django_db
def test_details_are_always_an_object() -> None:
    event = AuditEvent(name="x", category="data", outcome="success", actor_kind="system", details=[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()
