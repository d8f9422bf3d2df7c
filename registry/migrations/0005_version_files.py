"""Versions that are directories: how many files and bytes, and the format of each file, none of which ever changes."""

from django.db import migrations, models

VERSION = ["id", "model_id", "number", "artifact_id", "file_format", "metrics", "created_at"]
FILE = ["id", "version_id", "path", "artifact_id"]


def _fix(table: str, before: list[str], *more: str) -> migrations.RunSQL:
    """Let the database refuse changes of ``more`` columns too."""

    def made(columns: list[str]) -> list[str]:
        arguments = ", ".join(f"'{column}'" for column in columns)
        return [
            f"DROP TRIGGER {table}_immutable ON {table}",
            f"CREATE TRIGGER {table}_immutable BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION registry_refuse_change({arguments})",
        ]

    return migrations.RunSQL(made([*before, *more]), made(before))


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_access")]

    operations = [
        migrations.AddField(
            "modelversion",
            "file_count",
            models.PositiveIntegerField(default=1, help_text="Files of a directory; 1 for a single file."),
        ),
        migrations.AddField(
            "modelversion",
            "total_size",
            models.BigIntegerField(help_text="Bytes of all files of a directory.", null=True),
        ),
        migrations.AddField(
            "modelversionfile",
            "file_format",
            models.CharField(default="binary", help_text="Found by content, as for a single file.", max_length=32),
        ),
        _fix("registry_modelversion", VERSION, "file_count", "total_size"),
        _fix("registry_modelversionfile", FILE, "file_format"),
    ]
