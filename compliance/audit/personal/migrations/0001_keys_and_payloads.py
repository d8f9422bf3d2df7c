"""Keys of people, and what is sealed under them."""

import django.db.models.deletion
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SubjectKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("subject_ref", models.CharField(max_length=100)),
                ("wrapped", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "key of a person",
                "verbose_name_plural": "keys of people",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["subject_ref", "-id"], name="audit_personal_subject")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("wrapped__isnull", True), ("erased_at__isnull", True), _connector="XOR"),
                        name="audit_personal_erased_or_wrapped",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Payload",
            fields=[
                ("commitment", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("origin", "Address, browser and session of a request"),
                            ("personal", "Personal details of one event"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("event_id", models.UUIDField(null=True)),
                ("address_index", models.BinaryField(max_length=32, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("keep_until", models.DateTimeField(null=True)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payloads",
                        to="audit_personal.subjectkey",
                    ),
                ),
            ],
            options={
                "verbose_name": "personal data beside the ledger",
                "verbose_name_plural": "personal data beside the ledger",
                "ordering": ["created_at"],
                "indexes": [
                    models.Index(fields=["kind", "created_at"], name="audit_personal_age"),
                    models.Index(fields=["address_index"], name="audit_personal_address"),
                    models.Index(
                        condition=models.Q(("keep_until__isnull", False)),
                        fields=["keep_until"],
                        name="audit_personal_until",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["origin", "personal"])), name="audit_personal_kind_known"
                    )
                ],
            },
        ),
    ]
