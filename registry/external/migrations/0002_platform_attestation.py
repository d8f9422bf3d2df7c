"""What people attest of platforms that the portal cannot look into."""

import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids

SUBJECTS = [
    ("sagemaker.training", "SageMaker: isolation of training jobs"),
    ("sagemaker.pipeline", "SageMaker: security of pipelines"),
    ("azure.workspace", "Azure ML: security of the workspace"),
    ("azure.compute", "Azure ML: protection of compute instances"),
    ("azure.deployment", "Azure ML: security of deployments"),
    ("google.model", "Google AI Platform: protection of models"),
    ("google.training", "Google AI Platform: security of training"),
    ("google.pipeline", "Google AI Platform: security of pipelines"),
    ("google.api", "Google AI Platform: security of the API"),
]
# What was attested is a fact; only that it holds no more is written later.
GUARD = """
CREATE TRIGGER external_attestation_immutable BEFORE UPDATE ON external_platformattestation
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_change(
        'id', 'subject', 'statement', 'evidence_url', 'author_kind', 'author_ref', 'attested_at', 'expires_at');
"""
UNGUARD = "DROP TRIGGER external_attestation_immutable ON external_platformattestation;"


class Migration(migrations.Migration):
    dependencies = [
        ("external", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlatformAttestation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("subject", models.CharField(choices=SUBJECTS, max_length=30)),
                (
                    "statement",
                    models.TextField(help_text="What was looked at, and what was found.", max_length=2000),
                ),
                (
                    "evidence_url",
                    models.CharField(help_text="Where the evidence lies.", max_length=500, verbose_name="evidence"),
                ),
                ("author_kind", models.CharField(max_length=20)),
                ("author_ref", models.CharField(max_length=100)),
                ("attested_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "attestation of a platform",
                "verbose_name_plural": "attestations of platforms",
                "ordering": ["-id"],
                "default_permissions": ("view", "add"),
                "indexes": [models.Index(fields=["subject", "-id"], name="external_attestation_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("subject__in", [key for key, _ in SUBJECTS])), name="external_subject_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("attested_at"))),
                        name="external_attestation_ends_later",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
