"""Rows about people whose processing is restricted, and by what labels of rows that were set aside are known."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("predictions", "0002_set_aside"),
    ]

    operations = [
        migrations.AddField(
            model_name="prediction",
            name="restricted_by",
            field=django.contrib.postgres.fields.ArrayField(models.CharField(max_length=20), null=True),
        ),
        migrations.AddIndex(
            model_name="prediction",
            index=models.Index(
                condition=models.Q(("restricted_by__isnull", False)), fields=["id"], name="predictions_restricted"
            ),
        ),
        migrations.AddField(
            model_name="predictionbatch",
            name="set_aside_keys",
            field=django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), default=list),
        ),
        migrations.AddIndex(
            model_name="predictionbatch",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["set_aside_keys"], name="predictions_set_aside_keys"
            ),
        ),
        migrations.AddField(
            model_name="stream",
            name="set_aside",
            field=models.BigIntegerField(default=0),
        ),
    ]
