"""Channels may have texts of their own; the alerts of a group are listed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0007_on_call")]

    operations = [
        migrations.AddField(
            model_name="alertchannel",
            name="texts",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Titles and bodies of its own by occasion; empty for the portal's words.",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["group", "-id"], name="monitoring_alert_group"),
        ),
    ]
