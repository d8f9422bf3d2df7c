"""What a model is for and how risky that is, where a version comes from, and filters that people keep."""

import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import modelops.lib.ids

RISKS = ["unclassified", "minimal", "limited", "high", "prohibited"]
VERSION = [
    "id", "model_id", "number", "artifact_id", "file_format", "metrics", "created_at", "file_count", "total_size",
]  # fmt: skip


def _fixed(columns: list[str]) -> list[str]:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return [
        "DROP TRIGGER registry_modelversion_immutable ON registry_modelversion",
        "CREATE TRIGGER registry_modelversion_immutable BEFORE UPDATE ON registry_modelversion "
        f"FOR EACH ROW EXECUTE FUNCTION registry_refuse_change({arguments})",
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_sealed_facts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "registeredmodel",
            "purpose",
            models.CharField(
                blank=True, default="", help_text="What it decides or advises, for whom.", max_length=1000
            ),
        ),
        migrations.AddField(
            "registeredmodel",
            "risk_class",
            models.CharField(
                choices=[
                    ("unclassified", "Not classified yet"),
                    ("minimal", "Minimal risk"),
                    ("limited", "Limited risk (transparency)"),
                    ("high", "High risk"),
                    ("prohibited", "Prohibited practice"),
                ],
                default="unclassified",
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            "registeredmodel",
            models.CheckConstraint(condition=models.Q(risk_class__in=RISKS), name="registry_model_risk_class_known"),
        ),
        migrations.AddIndex(
            "registeredmodel", models.Index(fields=["risk_class", "-id"], name="registry_model_risk_newest")
        ),
        migrations.AddField(
            "modelversion",
            "source_commit",
            models.CharField(blank=True, default="", help_text="Of the code that trained it.", max_length=64),
        ),
        migrations.AddField(
            "modelversion",
            "run_reference",
            models.CharField(blank=True, default="", help_text="The run that trained it.", max_length=250),
        ),
        migrations.RunSQL(_fixed([*VERSION, "source_commit", "run_reference"]), _fixed(VERSION)),
        migrations.AddIndex(
            "modelversion", models.Index(fields=["file_format", "-id"], name="registry_modelversion_format")
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("target", models.CharField(choices=[("models", "Models"), ("versions", "Versions")], max_length=10)),
                ("name", models.CharField(max_length=60)),
                (
                    "query",
                    models.JSONField(help_text='What is asked for, by parameter: {"task": "regression"}.'),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=models.CASCADE, related_name="saved_filters", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "target", "name"), name="registry_savedfilter_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(target__in=["models", "versions"]), name="registry_savedfilter_target_known"
                    ),
                ],
            },
        ),
    ]
