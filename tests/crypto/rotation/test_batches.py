"""Batches of a table: as many rows as asked for, in the order of the primary key, whatever its type."""

from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(db: None) -> Iterator[Any]:
    """A throw-away table whose primary keys sort otherwise as text: 9 before 10."""
    from django.db import connection, models
    from django.test.utils import isolate_apps

    from modelops.crypto.columns import EncryptedTextField

    with isolate_apps("modelops.crypto"):

        class Counted(models.Model):
            id = models.IntegerField(primary_key=True)
            value = EncryptedTextField()

            class Meta:
                app_label = "crypto"

        with connection.schema_editor() as editor:
            editor.create_model(Counted)
        Counted.objects.bulk_create(Counted(id=number, value=f"value {number}") for number in range(1, 26))
        yield Counted
        with connection.schema_editor() as editor:
            editor.delete_model(Counted)


def _move_of(model: Any) -> Any:
    from modelops.crypto.discovery import Table
    from modelops.crypto.rotation.columns import Recolumn

    return Recolumn(Table(model, (model._meta.get_field("value"),)))


def test_a_batch_takes_as_many_rows_as_it_may_in_the_order_of_the_key(counted: Any) -> None:
    """S0-46: the cursor is the last key that was looked at, and no row is before it that was not moved."""
    from modelops.crypto.purposes import Purpose

    from .rows import start

    start(Purpose.COLUMN)
    move, cursor, taken = _move_of(counted), None, []
    while True:
        batch = move.move(cursor, 10)
        cursor = batch.cursor
        taken.append((batch.moved, cursor))
        if cursor is None:
            break
    assert taken == [(10, "10"), (10, "20"), (5, None)]
    assert move.remaining() == 0
    assert [row.value for row in counted.objects.order_by("id")] == [f"value {number}" for number in range(1, 26)]
