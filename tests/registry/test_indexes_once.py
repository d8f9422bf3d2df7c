"""What a registration writes has no index that another one makes needless."""

import pytest
from django.db import connection

TABLES = [
    "registry_artifact",
    "registry_artifactcopy",
    "registry_modelversion",
    "registry_modelversiondataset",
    "registry_modelversionfile",
    "registry_registeredmodel",
    "scanning_inspection",
    "signing_versionsignature",
    "jobs_job",
    "audit_watching_pending",
]
# An index of plain columns, neither unique nor of some rows only, whose columns another one of all rows begins with.
NEEDLESS = """
SELECT a.indrelid::regclass::text, a.indexrelid::regclass::text, b.indexrelid::regclass::text
FROM pg_index a JOIN pg_index b ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid
WHERE a.indrelid::regclass::text = ANY(%s) AND NOT a.indisunique AND a.indpred IS NULL AND b.indpred IS NULL
    AND a.indexprs IS NULL AND starts_with(b.indkey::text || ' ', a.indkey::text || ' ')
    AND starts_with(b.indclass::text || ' ', a.indclass::text || ' ')
    AND starts_with(b.indcollation::text || ' ', a.indcollation::text || ' ')
"""


@pytest.mark.django_db
def test_no_index_begins_another() -> None:
    """Each index is written with every version that is registered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [TABLES])
        assert len(cursor.fetchall()) == len(TABLES)
        cursor.execute(NEEDLESS, [TABLES])
        assert cursor.fetchall() == []
