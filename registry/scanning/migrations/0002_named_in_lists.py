"""A list of files says how many files it has."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("scanning", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="inspection",
            options={
                "ordering": ["-artifact_id"],
                "verbose_name": "file in quarantine",
                "verbose_name_plural": "files in quarantine",
            },
        ),
    ]
