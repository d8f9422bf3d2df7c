"""The day on which an API sign-in was last used."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="refreshtoken",
            name="last_used_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="access token last used on"),
        ),
    ]
