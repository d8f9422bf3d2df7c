import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_credentials")]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=40)),
                (
                    "address",
                    models.EmailField(
                        blank=True,
                        help_text="Where it goes instead of the account's own confirmed address.",
                        max_length=254,
                        verbose_name="another address",
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at", None)),
                        fields=["next_attempt_at"],
                        name="accounts_notice_waiting",
                    ),
                    models.Index(fields=["user", "-created_at"], name="accounts_notice_user"),
                ],
            },
        ),
    ]
