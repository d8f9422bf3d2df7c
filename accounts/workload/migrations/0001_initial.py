"""Trusted issuers, their rules, and what came of the tokens of jobs."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import modelops.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TrustedIssuer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "issuer",
                    models.CharField(
                        help_text="What its tokens say under iss.", max_length=500, unique=True, verbose_name="address"
                    ),
                ),
                (
                    "audience",
                    models.CharField(help_text="What its tokens must say under aud: this portal.", max_length=200),
                ),
                (
                    "algorithms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), default=list, size=None
                    ),
                ),
                (
                    "pinned_keys",
                    models.JSONField(
                        blank=True,
                        help_text="A JSON Web Key Set; empty: the keys are fetched from the issuer.",
                        null=True,
                    ),
                ),
                ("fetched_keys", models.JSONField(blank=True, editable=False, null=True)),
                ("fetched_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("tried_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "trusted issuer",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRule",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), size=None),
                ),
                ("conditions", models.JSONField(default=dict)),
                ("lifetime_s", models.PositiveIntegerField(default=900, verbose_name="lifetime in seconds")),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exchange_rules",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="workload.trustedissuer"
                    ),
                ),
            ],
            options={
                "verbose_name": "exchange rule",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="UsedJobToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32)),
                ("expires_at", models.DateTimeField()),
                ("issuer", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="workload.trustedissuer")),
            ],
        ),
        migrations.CreateModel(
            name="ExchangedToken",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=300), size=None),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="The claims that the rule asks for, as the job had them.", max_length=500
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_used_network", models.CharField(blank=True, default="", editable=False, max_length=43)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exchanged_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="workload.exchangerule"
                    ),
                ),
            ],
            options={
                "verbose_name": "exchanged token",
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(fields=["rule", "-created_at"], name="workload_token_rule"),
                    models.Index(fields=["expires_at"], name="workload_token_ends"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="exchangerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("lifetime_s__gte", 60), ("lifetime_s__lte", 900)), name="workload_lifetime"
            ),
        ),
        migrations.AddIndex(
            model_name="usedjobtoken",
            index=models.Index(fields=["expires_at"], name="workload_used_ends"),
        ),
        migrations.AddConstraint(
            model_name="usedjobtoken",
            constraint=models.UniqueConstraint(fields=("issuer", "digest"), name="workload_job_token_once"),
        ),
    ]
