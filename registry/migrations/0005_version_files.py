"""Versions that are directories: how many files and bytes, and the format of each file, none of which ever changes."""

from django.db import migrations, models

FIXED = ["id", "model_id", "number", "artifact_id", "file_format", "metrics", "created_at"]


def _trigger(table: str, columns: list[str]) -> str:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return (
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION registry_refuse_change({arguments})"
    )


def _drop(table: str) -> str:
    return f"DROP TRIGGER {table}_immutable ON {table}"


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_access")]

    operations = [
        migrations.AddField("modelversion", "file_count", models.PositiveIntegerField(
            default=1, help_text="Files of a directory; 1 for a single file.")),
        migrations.AddField("modelversion", "total_size", models.BigIntegerField(
            null=True, help_text="Bytes of all files of a directory.")),
        migrations.AddField("modelversionfile", "file_format", models.CharField(
            default="binary", help_text="Found by content, as for a single file.", max_length=32)),
        migrations.RunSQL(
            [_drop("registry_modelversion"), _trigger("registry_modelversion", [*FIXED, "file_count", "total_size"])],
            [_drop("registry_modelversion"), _trigger("registry_modelversion", FIXED)],
        ),
        migrations.RunSQL(
            _trigger("registry_modelversionfile", ["id", "version_id", "path", "file_format", "artifact_id"]),
            _drop("registry_modelversionfile"),
        ),
    ]  # fmt: skip
