"""The deployment checks of each day."""

from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    dependencies = [("posture", "0002_snapshots")]

    operations = [
        migrations.CreateModel(
            name="DeployCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("day", models.DateField(unique=True)),
                ("looked_at", models.DateTimeField()),
                ("warnings", models.JSONField(default=list)),
            ],
            options={"ordering": ["-day"], "default_permissions": ()},
        ),
    ]
