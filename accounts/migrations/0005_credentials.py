"""API keys for single models and networks, their succession, and how a sign-in to the API was last used."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_key_custodian"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="end_noticed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="told of its end at"),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_network",
            field=models.CharField(blank=True, default="", editable=False, max_length=43),
        ),
        migrations.AddField(
            model_name="apikey",
            name="networks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43),
                blank=True,
                default=list,
                help_text="Where it works; empty: anywhere.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="successors",
                to="accounts.apikey",
            ),
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="access_for_s",
            field=models.PositiveIntegerField(default=1800, help_text="How long its access tokens are good."),
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="last_used_network",
            field=models.CharField(blank=True, default="", editable=False, max_length=43),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=300),
                help_text='Permissions such as "registry.view_registeredmodel", or "all"; "registry.download_artifact:delay" is the permission for one model or dataset.',
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(
                condition=models.Q(("revoked_at", None)), fields=["expires_at"], name="accounts_apikey_ends"
            ),
        ),
    ]
