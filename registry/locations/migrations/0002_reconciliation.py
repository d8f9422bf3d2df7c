import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ForeignFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=400)),
                ("size", models.PositiveBigIntegerField()),
                ("first_seen_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("last_seen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["location", "name"],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("finished_at", models.DateTimeField(null=True)),
                ("objects_found", models.PositiveBigIntegerField(default=0)),
                ("bytes_found", models.PositiveBigIntegerField(default=0)),
                (
                    "sealed",
                    models.PositiveBigIntegerField(default=0, help_text="Files that begin as a sealed artifact does."),
                ),
                ("unfinished", models.PositiveBigIntegerField(default=0)),
                ("orphans", models.PositiveBigIntegerField(default=0, help_text="Sealed files that no row names.")),
                (
                    "swept",
                    models.PositiveBigIntegerField(default=0, help_text="Orphans that were old enough to be removed."),
                ),
                ("missing", models.PositiveBigIntegerField(default=0, help_text="Rows whose file is not there.")),
                ("wrong_size", models.PositiveBigIntegerField(default=0)),
                ("plaintext", models.PositiveBigIntegerField(default=0, help_text="Files that are not sealed.")),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="storagelocation",
            name="changed_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="storagelocation",
            name="is_up",
            field=models.BooleanField(
                help_text="What the last contact has shown; unknown before the first.", null=True
            ),
        ),
        migrations.AddField(
            model_name="storagelocation",
            name="lock_days",
            field=models.PositiveIntegerField(
                default=0, help_text="Files cannot be deleted for so many days after they were stored; 0 means no lock."
            ),
        ),
        migrations.AddField(
            model_name="storagelocation",
            name="probe_ms",
            field=models.PositiveIntegerField(help_text="How long the last successful test took.", null=True),
        ),
        migrations.AddConstraint(
            model_name="storagelocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_primary", False), ("is_enabled", True), _connector="OR"),
                name="locations_primary_is_enabled",
            ),
        ),
        migrations.AddField(
            model_name="foreignfile",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="foreign_files",
                to="locations.storagelocation",
            ),
        ),
        migrations.AddField(
            model_name="reconciliation",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reconciliations",
                to="locations.storagelocation",
            ),
        ),
        migrations.AddConstraint(
            model_name="foreignfile",
            constraint=models.UniqueConstraint(fields=("location", "name"), name="locations_foreign_file_once"),
        ),
        migrations.AddIndex(
            model_name="reconciliation",
            index=models.Index(fields=["location", "-id"], name="locations_reconciliations"),
        ),
    ]
