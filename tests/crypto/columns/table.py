"""Reading and writing the table past the fields."""

from django.db import connection, models


def stored(row: models.Model, column: str) -> bytes:
    """The bytes of a column as the table holds them."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM {row._meta.db_table} WHERE id = %s', [row.pk])
        return bytes(cursor.fetchone()[0])


def store(row: models.Model, column: str, value: bytes | None) -> None:
    """Put bytes into a column behind the application's back."""
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE {row._meta.db_table} SET "{column}" = %s WHERE id = %s', [value, row.pk])
