"""An empty ledger for tests that count its rows."""

import pytest
from django.db import connection

TABLES = (
    "audit_auditevent",
    *(f"audit_sealing_{table}" for table in ("leaf", "tile", "seal", "checkpoint", "checkpointkey")),
)


@pytest.fixture
def empty_ledger(db: None) -> None:
    """Without the rows that setting up left. (The suite has the triggers that refuse TRUNCATE switched off.)"""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
