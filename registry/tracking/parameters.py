"""Sealed parameters in a search: PostgreSQL opens the value of one key, row by row, with the keys of the session.

Parameters are sealed as those of model versions are, because people put names, paths and credentials into them. An
index over them would give that away, so a search by parameter opens those of the runs that its other conditions and its
experiments leave.
"""

from typing import Any

from django.db import models
from django.db.models import F, Func, Value

from modelops.crypto.encrypted_column import Stored


class OpenedParameter(Func):
    """The text of the parameter ``key``, NULL where a row has none."""

    output_field = models.TextField()

    def __init__(self, model: type[models.Model], key: str) -> None:
        super().__init__(Stored("parameters"), F("pk"), Value(key))
        self._binding = f"{model._meta.db_table}.parameters:"

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (stored, of_stored), (row, of_row), (key, of_key) = (
            compiler.compile(each) for each in self.get_source_expressions()
        )
        opened = f"modelops_open({stored}, '{self._binding}' || {row}::text)"
        return f"({opened}::jsonb ->> {key})", [*of_stored, *of_row, *of_key]

    def __repr__(self) -> str:
        return f"<OpenedParameter {self._binding}>"
