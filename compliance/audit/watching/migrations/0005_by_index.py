"""What looks at the ledger at the end of each watched change finds its rows by an index, however young the table is.

A connection keeps the plan that it made when it first asked. One made while a table is small reads the table from end
to end, and goes on so while the table grows: the month of the ledger, new each month, and the changes that wait, a
table of a few rows and many dead ones.
"""

from django.db import migrations

FUNCTIONS = ("audit_watch_settle()", "audit_watch_take(text, text)")


def by_index(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    _alter(schema_editor, "SET enable_seqscan = off")


def as_planned(apps, schema_editor) -> None:
    """As the planner finds best."""
    _alter(schema_editor, "RESET enable_seqscan")


def _alter(schema_editor, setting: str) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        for function in FUNCTIONS:
            cursor.execute(f"ALTER FUNCTION {schema}.{function} {setting}")


class Migration(migrations.Migration):
    dependencies = [("audit_watching", "0004_single_rows")]

    operations = [migrations.RunPython(by_index, as_planned)]
