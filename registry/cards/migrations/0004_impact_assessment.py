"""Impact assessments, which never change once they are signed, but for a person's name that an erasure takes out."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids

FIXED = ["id", "model_id", "number", "risk_class", "decision", "signed_ref", "signed_at"]
TEXTS = ["people", "benefits", "risks", "measures", "oversight"]


def _trigger(name: str, columns: list[str], when: str = "") -> str:
    arguments = ", ".join(f"'{column}'" for column in columns)
    return (
        f"CREATE TRIGGER {name} BEFORE UPDATE ON cards_impactassessment FOR EACH ROW {when} "
        f"EXECUTE FUNCTION registry_refuse_change({arguments});"
    )


FORWARD = _trigger("cards_impactassessment_immutable", FIXED) + _trigger(
    "cards_impactassessment_text",
    TEXTS,
    "WHEN (coalesce(current_setting('modelops.erasing_text', true), '') <> OLD.id::text)",
)


class Migration(migrations.Migration):
    dependencies = [("cards", "0003_erased_names")]

    operations = [
        migrations.CreateModel(
            name="ImpactAssessment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
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
                        help_text="Of the model when this was signed.",
                        max_length=16,
                    ),
                ),
                ("people", models.TextField(max_length=4000, verbose_name="people affected")),
                ("benefits", models.TextField(max_length=4000, verbose_name="benefits and need")),
                ("risks", models.TextField(max_length=4000, verbose_name="risks to rights and freedoms")),
                ("measures", models.TextField(max_length=4000, verbose_name="measures against them")),
                ("oversight", models.TextField(max_length=4000, verbose_name="human oversight and remedy")),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("accepted", "The remaining risk is acceptable"),
                            ("rejected", "The remaining risk is not acceptable"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "signed_ref",
                    models.CharField(help_text="Who signed, by opaque id, as in the ledger.", max_length=100),
                ),
                ("signed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="impact_assessments",
                        to="registry.registeredmodel",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "default_permissions": ("view", "add"),
                "constraints": [
                    models.UniqueConstraint(fields=["model", "number"], name="cards_assessment_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(decision__in=["accepted", "rejected"]),
                        name="cards_assessment_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("signed_ref", ""), _negated=True), name="cards_assessment_signed"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
