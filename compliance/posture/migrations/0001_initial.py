from django.db import migrations, models

import modelops.lib.ids

_ID = models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="OpenFinding",
            fields=[
                ("id", _ID),
                ("kind", models.CharField(max_length=20)),
                ("ref", models.UUIDField(help_text="The model or the service account.")),
                ("check_key", models.CharField(max_length=60)),
                ("since", models.DateTimeField()),
            ],
            options={
                "ordering": ["since", "id"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("kind", "ref", "check_key"), name="posture_open_once")],
            },
        ),
        migrations.CreateModel(
            name="DayScore",
            fields=[
                ("id", _ID.clone()),
                ("kind", models.CharField(max_length=20)),
                ("ref", models.UUIDField(help_text="The model or the service account.")),
                ("day", models.DateField()),
                ("held", models.PositiveSmallIntegerField()),
                ("total", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["day"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["day"], name="posture_day")],
                "constraints": [models.UniqueConstraint(fields=("kind", "ref", "day"), name="posture_day_once")],
            },
        ),
    ]
