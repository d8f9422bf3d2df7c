import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The index of the key alone goes: the one with the number begins with it."""

    dependencies = [
        ("jobs", "0003_attempts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="jobattempt",
            name="job",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="log", to="jobs.job"
            ),
        ),
    ]
