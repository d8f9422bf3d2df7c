"""Cards and explanations; the database itself refuses to change what was written."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import modelops.lib.ids

FIXED = {
    "cards_cardrevision": ["id", "model_id", "number", "content", "risk_class", "created_at"],
    "cards_explanation": ["id", "version_id", "method", "features", "rows", "created_at"],
}


def _trigger(table: str, columns: list[str]) -> migrations.RunSQL:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION registry_refuse_change({arguments})",
        f"DROP TRIGGER {table}_immutable ON {table}",
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0008_purpose_risk_and_origin"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CardRevision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField(help_text="What is filled in, by the key of the field.")),
                (
                    "risk_class",
                    models.CharField(
                        choices=[
                            ("unclassified", "Not classified yet"),
                            ("minimal", "Minimal risk"),
                            ("limited", "Limited risk (transparency)"),
                            ("high", "High risk"),
                            ("prohibited", "Prohibited practice"),
                        ],
                        help_text="Of the model when this was written.",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="card_revisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card_revisions",
                        to="registry.registeredmodel",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("model", "number"), name="cards_revision_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)), name="cards_revision_number_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Explanation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "method",
                    models.CharField(help_text="What computed it: SHAP, permutation importance.", max_length=60),
                ),
                ("features", models.JSONField(help_text='A list of {"name", "value"}, the largest value first.')),
                ("rows", models.BigIntegerField(help_text="How many rows were explained.", null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="model_explanations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="explanations",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["version", "-id"], name="cards_explanation_newest")],
            },
        ),
        *(_trigger(table, columns) for table, columns in FIXED.items()),
    ]
