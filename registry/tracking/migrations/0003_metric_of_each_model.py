"""One value of a metric for each model and dataset that it is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0002_files")]

    operations = [
        migrations.RemoveConstraint(model_name="metric", name="tracking_metric_once"),
        migrations.AddConstraint(
            model_name="metric",
            constraint=models.UniqueConstraint(
                fields=(
                    "run", "key", "measured_ms", "step", "value", "logged_model", "dataset_name", "dataset_digest",
                ),
                name="tracking_metric_once",
                nulls_distinct=False,
            ),
        ),
    ]  # fmt: skip
