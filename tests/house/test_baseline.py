"""What a test that commits has written is put back before the next one; what it has not written is left alone."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection

from tests.baseline import Baseline


def rows(table: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY id')
        return list(cursor.fetchall())


def lines(baseline: Baseline) -> dict[str, list[bytes]]:
    """The rows of each table; room of removed ones is used again, so that they come in another order."""
    return {table: sorted(content.splitlines()) for table, content in baseline.rows.items()}


def change() -> None:
    Group.objects.filter(pk=Group.objects.earliest("pk").pk).update(name="changed")


def swap() -> None:
    """As many rows as before, in as many transactions."""
    row = Permission.objects.latest("pk")
    row.delete()
    Permission.objects.create(codename="other", name="other", content_type=row.content_type)


def remove() -> None:
    Permission.objects.latest("pk").delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [change, swap, remove])
def test_what_was_written_is_put_back_each_time(write: Any) -> None:
    baseline = Baseline(connection)
    tables = ("auth_group", "auth_permission")
    before, types = [rows(table) for table in tables], baseline.marks["django_content_type"]
    for _ in range(2):  # the second time over rows that were put back themselves
        write()
        assert [rows(table) for table in tables] != before
        baseline.restore(connection)
        assert [rows(table) for table in tables] == before
    again = Baseline(connection)
    assert lines(again) == lines(baseline)
    assert again.marks["django_content_type"] == types, "a table that nobody wrote was written by the restoring"
