"""What stands in all tables, before and after a try, without reading again those that nobody wrote to."""

from collections.abc import Iterable

from django.db import connection

# How often this transaction wrote to each table, tries that were taken back included. TRUNCATE, which counts nothing,
# gives a table another file.
_WRITTEN = """
SELECT relname, concat_ws(' ', pg_stat_get_xact_tuples_inserted(oid), pg_stat_get_xact_tuples_updated(oid),
                          pg_stat_get_xact_tuples_deleted(oid), pg_relation_filenode(oid))
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


class Contents:
    """A digest of the rows of each table but ``beside``, within the transaction of a test that takes each try back.

    All tables are read at the beginning and, by `has_changed`, at the end, in between those alone that were written to
    since `begin`: reading two hundred of them before and after each of hundreds of tries takes most of the test.
    """

    def __init__(self, beside: Iterable[str]) -> None:
        self._beside = set(beside)
        self._rows = _digests(self._written())
        self.begin()

    def begin(self) -> None:
        """Before each try, when what was tried before is taken back."""
        self._at_first = self._written()

    def now(self) -> dict[str, str]:
        """The digest of each table."""
        written = self._written()
        return self._rows | _digests(table for table in written if written[table] != self._at_first[table])

    def has_changed(self) -> bool:
        """Whether a table is other than at the beginning, whoever wrote to it."""
        return _digests(self._rows) != self._rows

    def _written(self) -> dict[str, str]:
        with connection.cursor() as cursor:
            cursor.execute(_WRITTEN)
            return {table: written for table, written in cursor.fetchall() if table not in self._beside}


def _digests(tables: Iterable[str]) -> dict[str, str]:
    each = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM \"{table}\" t"
        for table in sorted(tables)
    )
    if not each:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(each)
        return dict(cursor.fetchall())
