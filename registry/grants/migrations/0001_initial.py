import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("registry", "0007_copy_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("view", "See it"),
                            ("download", "See it and open its files"),
                            ("edit", "See it, open its files and change it"),
                        ],
                        default="view",
                        max_length=10,
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True, help_text="From then on it gives nothing; empty: no end.", null=True
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "dataset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="registry.dataset",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="registry_grants",
                        to="auth.group",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="registry.registeredmodel",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="registry_grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at"],
                "indexes": [models.Index(fields=["expires_at"], name="grants_expires")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dataset", None), ("model__isnull", False)),
                            models.Q(("dataset__isnull", False), ("model", None)),
                            _connector="OR",
                        ),
                        name="grants_one_object",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("group", None), ("user__isnull", False)),
                            models.Q(("group__isnull", False), ("user", None)),
                            _connector="OR",
                        ),
                        name="grants_one_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["view", "download", "edit"])), name="grants_level_known"
                    ),
                    models.UniqueConstraint(fields=("model", "user"), name="grants_model_user_once"),
                    models.UniqueConstraint(fields=("model", "group"), name="grants_model_group_once"),
                    models.UniqueConstraint(fields=("dataset", "user"), name="grants_dataset_user_once"),
                    models.UniqueConstraint(fields=("dataset", "group"), name="grants_dataset_group_once"),
                ],
            },
        ),
    ]
