"""Counts of sign-ins that PostgreSQL keeps while Valkey is away."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Pace",
            fields=[
                ("digest", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ("owed_until", models.DateTimeField(help_text="When nothing is owed any more.")),
                ("opened_at", models.DateTimeField(help_text="When the minute began.")),
                ("used", models.PositiveIntegerField(help_text="How many were allowed in that minute.")),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["owed_until"], name="throttling_pace_owed")],
            },
        ),
        # Counts of a minute need no journal: see the model.
        migrations.RunSQL(
            "ALTER TABLE throttling_pace SET UNLOGGED", reverse_sql="ALTER TABLE throttling_pace SET LOGGED"
        ),
    ]
