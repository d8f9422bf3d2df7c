import django.db.models.functions.datetime
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Receiver",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("form", models.CharField(max_length=10, verbose_name="format")),
                ("options", models.JSONField(default=dict)),
                ("sealed_secret", models.BinaryField(null=True)),
                ("batch_rows", models.PositiveIntegerField(default=500)),
                ("cursor", models.BigIntegerField(default=0, verbose_name="next row")),
                ("batch_end", models.BigIntegerField(null=True)),
                ("is_paused", models.BooleanField(default=False, verbose_name="paused")),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=300)),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="last delivery")),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "verbose_name": "audit stream",
                "ordering": ["name"],
                "permissions": [("export_auditevent", "Can export the audit log")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("batch_rows__gte", 1), ("batch_rows__lte", 5000)), name="audit_stream_batch"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("batch_end__isnull", True), ("batch_end__gt", models.F("cursor")), _connector="OR"
                        ),
                        name="audit_stream_forward",
                    ),
                ],
            },
        ),
    ]
