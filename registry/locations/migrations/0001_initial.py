from django.db import migrations, models

import modelops.lib.ids


def add_local(apps, schema_editor):
    """The artifact folder of this machine is the first location."""
    apps.get_model("locations", "StorageLocation").objects.create(name="local", kind="filesystem", is_primary=True)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StorageLocation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        help_text="Key of the kind of store: filesystem, s3, gcs or azure.", max_length=20
                    ),
                ),
                (
                    "options",
                    models.JSONField(
                        blank=True, default=dict, help_text="Bucket, prefix, endpoint, region. No secrets."
                    ),
                ),
                ("sealed_credentials", models.BinaryField(null=True)),
                ("is_primary", models.BooleanField(default=False)),
                ("is_enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "probed_at",
                    models.DateTimeField(blank=True, help_text="When the connection was last tested.", null=True),
                ),
                ("probe_result", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "verbose_name": "storage location",
                "ordering": ["name"],
                "permissions": [("test_storagelocation", "Can test the connection to a location")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)), fields=("is_primary",), name="locations_one_primary"
                    )
                ],
            },
        ),
        migrations.RunPython(add_local, migrations.RunPython.noop),
    ]
