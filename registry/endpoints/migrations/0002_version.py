"""Deployment endpoints name the version that they serve."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("endpoints", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="deploymentendpoint",
            name="version_number",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="version"),
        ),
    ]
