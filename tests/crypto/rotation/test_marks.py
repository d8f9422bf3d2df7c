"""Which rows are under a key is answered by an index, on every protected column."""

import pytest
from django.apps import apps
from django.db import connection

from compliance.audit.watching.declarations import watches
from modelops.crypto.blind_index import BlindIndexField
from modelops.crypto.dependents import dependents_of
from modelops.crypto.discovery import encrypted_tables
from modelops.crypto.encrypted_column import EncryptedColumn
from modelops.crypto.marks import ensure_indexes, index_name
from modelops.crypto.protected import sealed_fields
from modelops.crypto.purposes import Purpose

from .rows import active, make_artifacts

pytestmark = pytest.mark.django_db


def test_every_protected_column_has_its_index() -> None:
    """A migration that adds one needs not think of it."""
    wanted = set()
    for field in sealed_fields():
        meta = field.model_class()._meta
        wanted.add(index_name(meta.db_table, str(meta.get_field(field.field).column)))
    for table in encrypted_tables():
        wanted |= {index_name(table.model._meta.db_table, field.column) for field in table.fields}
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'key\\_mark\\_%'")
        assert wanted <= {name for (name,) in cursor.fetchall()}
    assert ensure_indexes() == []


def test_a_rotation_accounts_for_every_watched_column_that_it_moves() -> None:
    """S4-93: else the database calls each rotation tampering."""
    moved = {(field.model, field.field) for field in sealed_fields()} | {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedColumn | BlindIndexField)
    }
    for watch in watches.values():
        if any((watch.label, name) in moved for name in (*watch.shown, *watch.masked)):
            assert "keys.rotation" in watch.recorded_about, watch.label


def test_the_question_what_needs_a_key_reads_the_index() -> None:
    """S0-46: the gate is quick however many rows there are."""
    make_artifacts(500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_artifact")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM registry_artifact WHERE substring(wrapped_key from 2 for 16) = %s LIMIT 1",
            [b"x" * 16],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index_name("registry_artifact", "wrapped_key") in plan


def test_what_needs_a_key_is_asked_in_few_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    make_artifacts(3)
    with django_assert_max_num_queries(12):
        found = dependents_of(active(Purpose.ARTIFACT))
    assert {one.label: one.count for one in found}["registry.Artifact.wrapped_key"] == 3
