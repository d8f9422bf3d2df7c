import django.db.models.deletion
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("keys", "0002_sealed_upload_purpose"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="rotationstep",
            name="cursor",
        ),
        migrations.CreateModel(
            name="RotationRange",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("after", models.CharField(blank=True, default="", max_length=100)),
                ("upto", models.CharField(blank=True, default="", max_length=100)),
                ("is_done", models.BooleanField(default=False)),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ranges", to="keys.rotationstep"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("step", "upto"), name="keys_range_once")],
            },
        ),
    ]
