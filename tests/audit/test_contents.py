"""What tells whether a try changed any table sees each way of changing one."""

import pytest
from django.db import connection

from tests.audit.contents import Contents
from tests.taken_back import taken_back

pytestmark = pytest.mark.django_db
_ROW = "INSERT INTO django_content_type (app_label, model) VALUES ('tests', 'thing')"


def _changed(contents: Contents, *statements: str) -> set[str]:
    contents.begin()
    with taken_back(), connection.cursor() as cursor:
        before = contents.now()
        for statement in statements:
            cursor.execute(statement)
        after = contents.now()
    return {table for table in before if before[table] != after[table]}


@pytest.mark.parametrize(
    "statement",
    [
        _ROW,
        "UPDATE django_content_type SET model = model || '!' WHERE app_label = 'auth'",
        "DELETE FROM django_content_type WHERE app_label = 'sites'",
        "TRUNCATE django_content_type CASCADE",
        f"SAVEPOINT one; {_ROW}; RELEASE SAVEPOINT one",
    ],
)
def test_each_way_of_changing_a_table_is_seen(statement: str) -> None:
    """S4-88: a change that nobody sees would look like none."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('sites', 'gone')")
    contents = Contents({"django_session"})
    for _ in range(2):  # what was taken back is no reason to see nothing the next time
        assert "django_content_type" in _changed(contents, statement)
    assert not _changed(contents, "SELECT 1")
    assert not _changed(contents, f"SAVEPOINT one; {_ROW}; ROLLBACK TO one; RELEASE SAVEPOINT one")
    assert not contents.has_changed()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert contents.has_changed()


def test_a_table_beside_is_left_out() -> None:
    """S4-88: sessions are touched whatever becomes of a request."""
    assert not _changed(Contents({"django_content_type"}), _ROW)
