import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0009_download_quarantined"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeploymentEndpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=100)),
                ("url", models.CharField(max_length=2000, verbose_name="address")),
                (
                    "authentication",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("oauth2", "OAuth 2.0"),
                            ("api_key", "API key"),
                            ("mutual_tls", "Client certificate"),
                            ("other", "Another way"),
                            ("none", "None: anybody may call"),
                        ],
                        max_length=20,
                        verbose_name="authentication type",
                    ),
                ),
                ("is_required", models.BooleanField(blank=True, null=True, verbose_name="authentication required")),
                ("is_role_based", models.BooleanField(blank=True, null=True, verbose_name="role-based authorization")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("probed_at", models.DateTimeField(editable=False, null=True, verbose_name="last looked at")),
                (
                    "answer",
                    models.PositiveSmallIntegerField(
                        editable=False, help_text="An HTTP status.", null=True, verbose_name="last answer"
                    ),
                ),
                ("problem", models.CharField(blank=True, default="", editable=False, max_length=300)),
                (
                    "model",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deployment_endpoints",
                        to="registry.registeredmodel",
                    ),
                ),
            ],
            options={
                "verbose_name": "deployment endpoint",
                "ordering": ["name", "id"],
                "indexes": [
                    models.Index(fields=["name", "id"], name="endpoints_by_name"),
                    models.Index(fields=["probed_at", "id"], name="endpoints_by_look"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("model", "name"), name="endpoints_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("authentication__in", ["", "oauth2", "api_key", "mutual_tls", "other", "none"])
                        ),
                        name="endpoints_authentication_known",
                    ),
                ],
            },
        ),
    ]
