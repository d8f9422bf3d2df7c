"""What the application's and the sealer's roles may do with each table: applied after every migration.

Everything is granted by name. A table that no migration has finished with can be read and not written.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from . import declarations

ORDINARY: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
ADDING: Final = frozenset({"SELECT", "INSERT"})
READING: Final = frozenset({"SELECT"})
# The sealer notes what became of an anchor in the row itself, and takes nothing away.
SEALING: Final = frozenset({"SELECT", "INSERT", "UPDATE"})
NOTHING: Final[frozenset[str]] = frozenset()
LEDGER: Final = "audit.AuditEvent"
# What functions with the owner's rights write, and migrations.
_READ_ONLY: Final = frozenset(
    {"django_migrations", "audit_watching_pending", "audit_watching_horizon", "audit_watching_rowwords"}
)


def apply(cursor: CursorWrapper) -> list[str]:
    """Bring the grants in step; the tables that needed it. Does nothing as a role that does not own the tables.

    Runs in the transaction of ``cursor``, so that no other session sees a table between two grants.
    """
    if not _owns(cursor):
        return []
    changed = []
    for role, wanted in (
        (settings.MODELOPS_APPLICATION_ROLE, _of_application),
        (settings.MODELOPS_SEALER_ROLE, _of_sealer),
    ):
        if not _is_another(cursor, role):
            continue
        _let_into_schema(cursor, role, reads_all=wanted is _of_application)
        for table, parent, present in _tables(cursor, role):
            right = wanted(table, parent)
            if right != present:
                _set(cursor, role, table, right)
                changed.append(table)
        if wanted is _of_application:
            for function in ("audit_make_months(integer)", "audit_take_words(integer)", *declarations.functions):
                # After `migrate APP` the functions of others may not be there yet.
                if _one(cursor, "SELECT to_regprocedure(%s)", function) is None:
                    continue
                grant = f"GRANT EXECUTE ON FUNCTION {function} TO {{role}}"
                cursor.execute(sql.SQL(grant).format(role=sql.Identifier(role)))
    return changed


def _of_application(table: str, parent: str) -> frozenset[str]:
    kinds = _kinds()
    if table in _READ_ONLY or parent:
        return READING  # rows reach a partition through its parent
    return {"append_only": ADDING, "sealed": READING}.get(kinds.get(table, "rows"), ORDINARY)


def _of_sealer(table: str, parent: str) -> frozenset[str]:
    kind = _kinds().get(table)
    if kind == "sealed":
        return SEALING
    if kind == "append_only" and _is_ledger(table):
        return ADDING  # it records its own acts, as a new key; rows are read and added through the parent of the months
    return NOTHING


def _kinds() -> dict[str, str]:
    return {apps.get_model(label)._meta.db_table: kind for label, kind in declarations.access.items()}


def _is_ledger(table: str) -> bool:
    return bool(table == apps.get_model(LEDGER)._meta.db_table)


def _owns(cursor: CursorWrapper) -> bool:
    return bool(
        _one(cursor, "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = 'django_migrations'::regclass")
    )


def _is_another(cursor: CursorWrapper, role: str) -> bool:
    return bool(_one(cursor, "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", role))


def _let_into_schema(cursor: CursorWrapper, role: str, reads_all: bool) -> None:
    (schema,) = _row(cursor, "SELECT current_schema()")
    names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
    lines = ["REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}", "GRANT USAGE ON SCHEMA {schema} TO {role}"]
    if reads_all:
        # Tables to come can be read at once, for dumps; what may be written is granted when their migration ends.
        lines += [
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        ]
    for line in lines:
        cursor.execute(sql.SQL(line).format(**names))


def _tables(cursor: CursorWrapper, role: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Each table with the table that it is a partition of, and what the role may do with it now."""
    cursor.execute(
        "SELECT c.relname, coalesce(p.relname, ''),"
        " ARRAY(SELECT privilege_type FROM aclexplode(c.relacl) WHERE grantee = %s::regrole)"
        " FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition"
        " LEFT JOIN pg_class p ON p.oid = i.inhparent"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname",
        [role],
    )
    for table, parent, present in list(cursor.fetchall()):
        yield table, parent, frozenset(present)


def _set(cursor: CursorWrapper, role: str, table: str, right: frozenset[str]) -> None:
    names = {"table": sql.Identifier(table), "role": sql.Identifier(role)}
    cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
    if right:
        grant = f"GRANT {', '.join(sorted(right))} ON {{table}} TO {{role}}"
        cursor.execute(sql.SQL(grant).format(**names))


def _row(cursor: CursorWrapper, statement: str, *params: Any) -> tuple[Any, ...]:
    cursor.execute(statement, list(params))
    return cursor.fetchone() or (None,)


def _one(cursor: CursorWrapper, statement: str, *params: Any) -> Any:
    return _row(cursor, statement, *params)[0]
