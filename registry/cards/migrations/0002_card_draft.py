"""Cards that came from elsewhere wait for somebody who confirms them."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cards", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CardDraft",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("content", models.JSONField(help_text="What is filled in, by the key of the field.")),
                ("source", models.CharField(help_text="Where it comes from, in words.", max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "model",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="card_draft",
                        to="registry.registeredmodel",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a model card",
                "verbose_name_plural": "drafts of model cards",
                "ordering": ["-id"],
                "default_permissions": (),
            },
        ),
    ]
