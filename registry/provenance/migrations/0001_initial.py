import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids

# What was claimed never changes; what a later look finds of it may.
GUARD = """
CREATE TRIGGER provenance_attestation_immutable BEFORE UPDATE ON provenance_attestation
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_change(
        'id', 'version_id', 'kind', 'issuer', 'source', 'predicate_type', 'envelope', 'created_at');
"""
UNGUARD = "DROP TRIGGER provenance_attestation_immutable ON provenance_attestation;"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0007_copy_checks"),
        ("signing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attestation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("statement", "Signed statement"), ("job", "Job identity")], max_length=10
                    ),
                ),
                (
                    "issuer",
                    models.CharField(help_text="Id of the builder, or address of the token issuer.", max_length=500),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True, default="", help_text="What was built, as the issuer says.", max_length=500
                    ),
                ),
                ("predicate_type", models.CharField(blank=True, default="", max_length=300)),
                (
                    "envelope",
                    models.JSONField(blank=True, help_text="A DSSE envelope; it holds nothing secret.", null=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("valid", "Valid"), ("untrusted", "Not trusted"), ("invalid", "Invalid")],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("checked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="signing.trustedkey",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attestations",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["version", "-id"], name="provenance_of_version")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["statement", "job"])), name="provenance_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["valid", "untrusted", "invalid"])),
                        name="provenance_state_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
