"""Imported catalogues of controls."""

import django.utils.timezone
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ControlCatalogue",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=120, unique=True)),
                ("controls", models.JSONField()),
                ("source_sha256", models.CharField(help_text="Of the imported text.", max_length=64)),
                ("imported_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "catalogue of controls",
                "verbose_name_plural": "catalogues of controls",
                "ordering": ["name"],
                "default_permissions": ("view", "add"),
            },
        ),
    ]
