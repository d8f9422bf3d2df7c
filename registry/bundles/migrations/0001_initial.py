import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids

# Where a version comes from is a fact: nothing of it is written anew.
GUARD = """
CREATE TRIGGER bundles_importedbundle_immutable BEFORE UPDATE ON bundles_importedbundle
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_change(
        'id', 'version_id', 'model_id', 'manifest_sha256', 'key_id', 'source_model', 'source_version', 'imported_at');
"""
UNGUARD = "DROP TRIGGER bundles_importedbundle_immutable ON bundles_importedbundle;"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0007_copy_checks"),
        ("signing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedBundle",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "manifest_sha256",
                    models.CharField(help_text="Of the signed manifest; it stands for the bundle.", max_length=64),
                ),
                ("source_model", models.CharField(max_length=100)),
                ("source_version", models.PositiveIntegerField()),
                ("imported_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="signing.trustedkey"
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.registeredmodel"
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imported_bundle",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "imported bundle",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("model", "manifest_sha256"), name="bundles_imported_once")
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
