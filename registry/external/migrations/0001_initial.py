import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids

# A record is what the other registry said on a day: it is never written anew.
GUARD = """
CREATE TRIGGER external_record_immutable BEFORE UPDATE ON external_externalrecord
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_change(
        'id', 'source', 'reference', 'group', 'number', 'approval', 'said_approval', 'approvers', 'document_sha256',
        'imported_at');
"""
UNGUARD = "DROP TRIGGER external_record_immutable ON external_externalrecord;"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0003_locations_files_access"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExternalRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("source", models.CharField(choices=[("sagemaker", "Amazon SageMaker")], max_length=20)),
                ("reference", models.CharField(help_text="Its name in the other registry: an ARN.", max_length=500)),
                ("group", models.CharField(max_length=200)),
                ("number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "approval",
                    models.CharField(
                        choices=[
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("pending", "Waiting for approval"),
                        ],
                        max_length=10,
                    ),
                ),
                ("said_approval", models.CharField(help_text="The word of the other registry.", max_length=40)),
                ("approvers", models.JSONField(blank=True, null=True)),
                ("document_sha256", models.CharField(max_length=64)),
                ("imported_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "external record",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["sagemaker"])), name="external_source_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approval__in", ["approved", "rejected", "pending"])),
                        name="external_approval_known",
                    ),
                    models.UniqueConstraint(fields=("reference", "document_sha256"), name="external_document_once"),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
