"""The tree's tables only grow."""

import pytest
from django.db import DatabaseError, connection, transaction

from compliance.audit.sealing.models import Checkpoint, Leaf, Seal, Tile


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Leaf, Tile, Seal, Checkpoint])
def test_nothing_in_the_tree_s_tables_can_be_changed_or_removed(model: type) -> None:
    """S3-24: the database refuses it to everybody who is not its owner, whatever the program does."""
    row = {
        Leaf: {"seq": 0, "event_id": "00000000-0000-7000-8000-000000000000", "hash": bytes(32)},
        Tile: {"level": 0, "index": 0, "hashes": bytes(8192), "root": bytes(32)},
        Seal: {"first_seq": 0, "size": 1, "watermark": "1:1:", "cluster": "1"},
        Checkpoint: {"size": 1, "root": bytes(32), "note": "", "key_id": ""},
    }[model]
    model.objects.create(**row)  # type: ignore[attr-defined]
    table = model._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER audit_no_truncate")
        for statement in (
            f"UPDATE {table} SET {next(iter(row))} = {next(iter(row))}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_no_truncate")
