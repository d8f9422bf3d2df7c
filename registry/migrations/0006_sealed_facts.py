"""What a file was sealed with is as fixed as its digest, and no row names a file without a wrapped key."""

from django.db import migrations, models

BEFORE = ["id", "file_name", "sha256", "sha512", "size", "codec", "cipher", "location", "storage_name", "created_at"]
AFTER = [*BEFORE, "stored_size"]

# Files from before had a header of 96 bytes and segments of 1 MiB, each with 16 bytes of tag; the last is always short.
FILL = """
UPDATE registry_artifact SET stored_size = 96 + size + 16 * (size / 1048576 + 1)
WHERE stored_size IS NULL AND codec = 'none';
SET CONSTRAINTS ALL IMMEDIATE;
"""


def _trigger(columns: list[str]) -> str:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return (
        "DROP TRIGGER registry_artifact_immutable ON registry_artifact; "
        "CREATE TRIGGER registry_artifact_immutable BEFORE UPDATE ON registry_artifact "
        f"FOR EACH ROW EXECUTE FUNCTION registry_refuse_change({arguments})"
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_version_files")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(_trigger(AFTER), _trigger(BEFORE)),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.CheckConstraint(
                condition=models.Q(wrapped_key__gt=b""), name="registry_artifact_has_data_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.CheckConstraint(
                condition=models.Q(codec__in=["none", "zstd"]), name="registry_artifact_codec_known"
            ),
        ),
    ]
