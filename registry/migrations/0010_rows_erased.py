"""The file of a dataset version may change in a transaction that takes a person's rows out of it, and in no other.

The switch is a setting of that transaction that names the version. Everything else a version is stays fixed.
"""

from django.db import migrations

FIXED = ["id", "dataset_id", "number", "file_format", "columns", "reading", "created_at"]
BUT_FOR_AN_ERASURE = ["artifact_id", "rows", "schema"]


def _columns(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _trigger(name: str, columns: list[str], when: str = "") -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE UPDATE ON registry_datasetversion FOR EACH ROW {when} "
        f"EXECUTE FUNCTION registry_refuse_change({_columns(columns)});"
    )


FORWARD = (
    "DROP TRIGGER registry_datasetversion_immutable ON registry_datasetversion;"
    + _trigger("registry_datasetversion_immutable", FIXED)
    + _trigger(
        "registry_datasetversion_file",
        BUT_FOR_AN_ERASURE,
        "WHEN (coalesce(current_setting('modelops.erasing_rows', true), '') <> OLD.id::text)",
    )
)
BACKWARD = (
    "DROP TRIGGER registry_datasetversion_file ON registry_datasetversion;"
    "DROP TRIGGER registry_datasetversion_immutable ON registry_datasetversion;"
    + _trigger("registry_datasetversion_immutable", [*FIXED, *BUT_FOR_AN_ERASURE])
)


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_download_quarantined")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
