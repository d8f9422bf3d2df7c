from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_locations_files_access")]

    operations = [
        migrations.AddField(
            model_name="artifactcopy",
            name="checks",
            field=models.JSONField(
                blank=True, default=list, help_text="Each check of the last reading, with its outcome."
            ),
        ),
        migrations.AddField(
            model_name="artifactcopy",
            name="sealed_sha256",
            field=models.CharField(
                blank=True,
                default="",
                help_text="SHA-256 of the sealed bytes, known once they were copied.",
                max_length=64,
            ),
        ),
    ]
