"""The opt-out of sale and sharing (CCPA) among the kinds of requests."""

from django.db import migrations, models

BEFORE = [
    ("access", "Access"),
    ("portability", "Portability"),
    ("rectification", "Rectification"),
    ("erasure", "Erasure"),
    ("restriction", "Restriction"),
    ("objection", "Objection"),
    ("automated_decision", "Review of an automated decision"),
]
AFTER = [*BEFORE, ("opt_out", "Opt-out of sale and sharing")]


class Migration(migrations.Migration):
    dependencies = [("subjects", "0005_restore_drill")]

    operations = [
        migrations.AlterField("subjectrequest", "kind", models.CharField(choices=AFTER, max_length=24)),
        migrations.RemoveConstraint("subjectrequest", "subjects_request_kind"),
        migrations.AddConstraint(
            "subjectrequest",
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _ in AFTER]), name="subjects_request_kind"
            ),
        ),
    ]
