"""Browsers that an account has signed in with."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_several_factors")]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("cookie_digest", models.BinaryField(max_length=32)),
                ("browser", models.CharField(blank=True, max_length=60)),
                ("ip_prefix", models.CharField(blank=True, max_length=45, verbose_name="network")),
                ("first_seen_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("last_seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-last_seen_at"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["cookie_digest"], name="accounts_device_cookie"),
                    models.Index(fields=["user", "-last_seen_at"], name="accounts_device_user_seen"),
                    models.Index(fields=["last_seen_at"], name="accounts_device_seen"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "cookie_digest"), name="accounts_device_once_an_account")
                ],
            },
        ),
        migrations.AddField(
            model_name="session",
            name="device",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="sessions",
                to="accounts.device",
            ),
        ),
    ]
