"""What the role of this process could do to the ledger, asked of the database itself."""

from django.apps import apps
from django.db import connection

from . import declarations

_CHANGES = ("UPDATE", "DELETE", "TRUNCATE")


def powers() -> list[str]:
    """In words, what this connection's role could do to rows of the ledger or of its seals; empty when all is well."""
    append_only = [_table(label) for label, kind in declarations.access.items() if kind == "append_only"]
    sealed = [_table(label) for label, kind in declarations.access.items() if kind == "sealed"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolcreaterole, has_schema_privilege(current_schema(), 'CREATE')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, is_super, makes_roles, makes_tables = cursor.fetchone()
        found = []
        if is_super or makes_roles:
            found.append(f"{role} may do anything: it is a superuser or makes roles")
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE oid = ANY (%s::regclass[]) AND pg_has_role(relowner, 'MEMBER')",
            [[*append_only, *sealed]],
        )
        if cursor.fetchone()[0]:
            found.append(f"{role} owns the audit log and can take its triggers off")
        cursor.execute(
            "SELECT c.relname, p FROM pg_class c, unnest(%s::text[]) p"
            " WHERE (c.oid = ANY (%s::regclass[]) OR c.oid IN"
            "   (SELECT inhrelid FROM pg_inherits WHERE inhparent = ANY (%s::regclass[])))"
            " AND has_table_privilege(c.oid, p) ORDER BY 1, 2 LIMIT 20",
            [list(_CHANGES), append_only, append_only],
        )
        found += [f"{role} may {privilege} rows of {table}" for table, privilege in cursor.fetchall()]
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.oid = ANY (%s::regclass[])"
            " AND has_table_privilege(c.oid, %s) ORDER BY 1 LIMIT 5",
            [sealed, ", ".join(("INSERT", *_CHANGES))],
        )
        found += [f"{role} may write {table}, which is the sealer's" for (table,) in cursor.fetchall()]
        if makes_tables:
            found.append(f"{role} may make tables and functions in the portal's schema")
    return found


def _table(label: str) -> str:
    return str(apps.get_model(label)._meta.db_table)
