"""Metric series and their points."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0009_download_quarantined"),
    ]

    operations = [
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "run",
                    models.CharField(
                        default="", help_text="The training run, empty for a deployed version.", max_length=250
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("segment", models.CharField(default="", max_length=100)),
                ("unit", models.CharField(default="", max_length=20)),
                ("direction", models.CharField(default="", max_length=8)),
                ("points_count", models.BigIntegerField(default=0)),
                ("last_at", models.DateTimeField(null=True)),
                ("last_step", models.BigIntegerField(null=True)),
                ("last_value", models.FloatField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="metric_series",
                        to="registry.registeredmodel",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="metric_series",
                        to="registry.modelversion",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "series",
                "ordering": ["model", "name", "segment"],
            },
        ),
        migrations.CreateModel(
            name="Point",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("step", models.BigIntegerField(default=0)),
                ("value", models.FloatField()),
                ("received_at", models.DateTimeField()),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="points", to="series.series"
                    ),
                ),
            ],
            options={
                "ordering": ["series", "at", "step"],
            },
        ),
        migrations.AddIndex(
            model_name="series",
            index=models.Index(fields=["version", "last_at"], name="series_newest"),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(
                fields=("model", "version", "run", "name", "segment"), name="series_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="point",
            constraint=models.UniqueConstraint(fields=("series", "at", "step"), name="series_point_once"),
        ),
    ]
