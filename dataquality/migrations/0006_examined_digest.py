"""Which file a run has examined: by its digest, because rows may be taken out of a version later."""

from django.db import migrations, models

TRIGGER = "dataquality_qualityrun_digest"


class Migration(migrations.Migration):
    dependencies = [("dataquality", "0005_schemas_and_acceptance")]

    operations = [
        migrations.AddField(
            model_name="qualityrun",
            name="data_sha256",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Digest of the file as it was when it was examined.",
                max_length=64,
            ),
        ),
        # Until now a file never changed under its version, so what was examined is what is there.
        migrations.RunSQL(
            """
            UPDATE dataquality_qualityrun r SET data_sha256 = a.sha256
            FROM registry_datasetversion v JOIN registry_artifact a ON a.id = v.artifact_id
            WHERE v.id = r.dataset_version_id AND r.state = 'succeeded'
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE ON dataquality_qualityrun FOR EACH ROW "
            "WHEN (OLD.state <> 'queued') EXECUTE FUNCTION dataquality_refuse_change('data_sha256')",
            f"DROP TRIGGER {TRIGGER} ON dataquality_qualityrun",
        ),
    ]
