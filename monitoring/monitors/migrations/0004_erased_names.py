"""Why a policy holds may change where a person's name is taken out of it; everything else of it stays fixed.

The switch is a setting of that transaction that names the row.
"""

from django.db import migrations

TABLE = "monitors_monitorpolicy"
FIXED = "'id', 'monitor_id', 'number', 'policy', 'back_test', 'created_at'"
ERASING = "coalesce(current_setting('modelops.erasing_text', true), '')"
CALL = "EXECUTE FUNCTION dataquality_refuse_change(%s);"


def _trigger(name: str, when: str, columns: str) -> str:
    return f"CREATE TRIGGER {TABLE}_{name} BEFORE UPDATE ON {TABLE} FOR EACH ROW {when} {CALL % columns}"


def _drop(name: str) -> str:
    return f"DROP TRIGGER {TABLE}_{name} ON {TABLE};"


class Migration(migrations.Migration):
    dependencies = [("monitors", "0003_segments")]

    operations = [
        migrations.RunSQL(
            _drop("immutable")
            + _trigger("immutable", f"WHEN ({ERASING} <> OLD.id::text)", f"{FIXED}, 'why'")
            + _trigger("text", f"WHEN ({ERASING} = OLD.id::text)", FIXED),
            _drop("text") + _drop("immutable") + _trigger("immutable", "", f"{FIXED}, 'why'"),
        )
    ]
