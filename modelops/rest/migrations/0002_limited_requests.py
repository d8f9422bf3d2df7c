"""Counts of requests that were refused as too many."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rest", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LimitedRequests",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor_ref", models.CharField(max_length=100)),
                ("source", models.CharField(max_length=60, verbose_name="source network")),
                ("route", models.CharField(max_length=200)),
                ("minute", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "requests over the limit",
                "verbose_name_plural": "requests over the limit",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("minute", "actor_kind", "actor_ref", "source", "route"), name="rest_limited_once"
                    )
                ],
            },
        ),
    ]
