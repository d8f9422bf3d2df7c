import django.db.models.deletion
from django.db import migrations, models

import modelops.crypto.columns
import modelops.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0006_pushed_runs"),
        ("monitors", "0002_reference_profiles"),
    ]

    operations = [
        migrations.AddField(
            model_name="driftmonitor",
            name="segments",
            field=models.JSONField(default=list, help_text="Columns whose values are compared each for itself too."),
        ),
        migrations.CreateModel(
            name="RunSegment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveIntegerField()),
                ("column", models.CharField(max_length=255)),
                ("value", modelops.crypto.columns.EncryptedTextField(blank=True, default="")),
                (
                    "reason",
                    models.CharField(blank=True, default="", help_text="Why nothing is said of it.", max_length=300),
                ),
                ("drifted", models.BooleanField(default=False)),
                ("n_reference", models.BigIntegerField(default=0)),
                ("n_current", models.BigIntegerField(default=0)),
                ("features", models.JSONField(default=list)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="segments", to="monitoring.driftrun"
                    ),
                ),
            ],
            options={
                "ordering": ["run", "position"],
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="runsegment",
            constraint=models.UniqueConstraint(fields=("run", "position"), name="monitors_segment_position_once"),
        ),
        # What was found stands; the encrypted value may be written anew under another key.
        migrations.RunSQL(
            "CREATE TRIGGER monitors_runsegment_immutable BEFORE UPDATE ON monitors_runsegment FOR EACH ROW "
            "EXECUTE FUNCTION dataquality_refuse_change("
            "'id', 'run_id', 'position', 'column', 'reason', 'drifted', 'n_reference', 'n_current', 'features')",
            "DROP TRIGGER monitors_runsegment_immutable ON monitors_runsegment",
        ),
    ]
