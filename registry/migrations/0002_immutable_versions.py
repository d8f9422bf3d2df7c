"""Versions are facts: the database itself refuses to change what a version, its file or its lineage is."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION registry_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    fixed text;
BEGIN
    FOREACH fixed IN ARRAY TG_ARGV LOOP
        IF before -> fixed IS DISTINCT FROM after -> fixed THEN
            RAISE EXCEPTION '%.% of a stored version cannot be changed; add a new version instead.', TG_TABLE_NAME, fixed
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END
$$
"""

# What may change is left out: the state of a version, its tags, the wrapping of a data key and of an encrypted column
# (rotation), the outcome of the last verification, and who made it (an account may be erased).
FIXED = {
    "registry_artifact": ["id", "file_name", "sha256", "size", "cipher", "location", "storage_name", "created_at"],
    "registry_modelversion": ["id", "model_id", "number", "artifact_id", "file_format", "metrics", "created_at"],
    "registry_modelversiondataset": ["id", "model_version_id", "dataset_version_id"],
    "registry_datasetversion": [
        "id", "dataset_id", "number", "artifact_id", "file_format", "rows", "columns", "schema", "reading", "created_at",
    ],
}  # fmt: skip


def _trigger(table: str, columns: list[str]) -> migrations.RunSQL:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION registry_refuse_change({arguments})",
        f"DROP TRIGGER {table}_immutable ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION registry_refuse_change()"),
        *(_trigger(table, columns) for table, columns in FIXED.items()),
    ]
