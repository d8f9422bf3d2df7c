"""What the database saw change of an object in this transaction, for the row that tells of it."""

import json
from functools import lru_cache
from typing import Any

from django.db import connection

from .watching.declarations import watches


def changes_of(target_type: str, target_id: str) -> list[dict[str, Any]]:
    """Before and after of each watched column, by model and row; empty for what is not watched or has not changed.

    Each change is given once: a second row about the object in the same transaction does not repeat it.
    """
    if target_type not in _watched_types():
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT model, operation, count, rows FROM audit_watch_take(%s, %s)", [target_type, target_id])
        return [
            {"model": model, "operation": operation, "count": count, "rows": json.loads(rows)}
            for model, operation, count, rows in cursor.fetchall()
        ]


@lru_cache(maxsize=1)
def _watched_types() -> frozenset[str]:
    return frozenset(label.lower() for label in watches)
