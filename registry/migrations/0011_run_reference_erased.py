"""Where a version came from is written once; an erasure may take a name out of the address of its run."""

from django.db import migrations

COLUMNS = [
    "id", "model_id", "number", "artifact_id", "file_format", "metrics", "created_at", "file_count", "total_size",
    "source_commit",
]  # fmt: skip


def _trigger(name: str, columns: list[str], condition: str = "") -> str:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return (
        f"CREATE TRIGGER {name} BEFORE UPDATE ON registry_modelversion FOR EACH ROW {condition}"
        f"EXECUTE FUNCTION registry_refuse_change({arguments})"
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_rows_erased")]

    operations = [
        migrations.RunSQL(
            [
                "DROP TRIGGER registry_modelversion_immutable ON registry_modelversion",
                _trigger("registry_modelversion_immutable", COLUMNS),
                _trigger(
                    "registry_modelversion_run_fixed",
                    ["run_reference"],
                    "WHEN (coalesce(current_setting('modelops.erasing_text', true), '') <> OLD.id::text) ",
                ),
            ],
            [
                "DROP TRIGGER registry_modelversion_run_fixed ON registry_modelversion",
                "DROP TRIGGER registry_modelversion_immutable ON registry_modelversion",
                _trigger("registry_modelversion_immutable", [*COLUMNS, "run_reference"]),
            ],
        ),
    ]
