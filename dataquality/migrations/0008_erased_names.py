"""The reason of a snooze or of an accepted finding may change where a person's name is taken out of it.

The switch is a setting of that transaction that names the row. Everything else of the row stays fixed.
"""

from django.db import migrations

TABLES = ("dataquality_acceptedissue", "dataquality_rulesnooze")
ERASING = "coalesce(current_setting('modelops.erasing_text', true), '')"


def _forward(table: str) -> str:
    trigger = f"CREATE TRIGGER {table}_%s BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({ERASING} %s OLD.id::text) "
    call = "EXECUTE FUNCTION dataquality_refuse_rewriting(%s);"
    return (
        f"DROP TRIGGER {table}_immutable ON {table};"
        + trigger % ("immutable", "<>")
        + call % "'created_by_id'"
        + trigger % ("text", "=")
        + call % "'created_by_id', 'reason'"
    )


def _backward(table: str) -> str:
    return (
        f"DROP TRIGGER {table}_text ON {table}; DROP TRIGGER {table}_immutable ON {table};"
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE ON {table} FOR EACH ROW "
        "EXECUTE FUNCTION dataquality_refuse_rewriting('created_by_id');"
    )


class Migration(migrations.Migration):
    dependencies = [("dataquality", "0007_run_profiles")]

    operations = [migrations.RunSQL(_forward(table), _backward(table)) for table in TABLES]
