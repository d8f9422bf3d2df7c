import django.contrib.postgres.indexes
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import modelops.lib.ids

# What stands there already: numbers that were given out, and when something was last added.
FILL = """
UPDATE registry_registeredmodel model SET
    last_number = found.last, changed_at = greatest(model.created_at, found.newest)
FROM (SELECT model_id, max(number) AS last, max(created_at) AS newest FROM registry_modelversion GROUP BY model_id) found
WHERE found.model_id = model.id;
UPDATE registry_registeredmodel SET changed_at = created_at WHERE last_number = 0;
UPDATE registry_dataset dataset SET last_number = found.last
FROM (SELECT dataset_id, max(number) AS last FROM registry_datasetversion GROUP BY dataset_id) found
WHERE found.dataset_id = dataset.id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0002_reconciliation"),
        ("registry", "0007_copy_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RetiredName",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(choices=[("model", "Model"), ("dataset", "Dataset")], max_length=10)),
                ("name", models.CharField(max_length=100)),
                ("retired_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-retired_at"],
            },
        ),
        migrations.AlterModelOptions(
            name="registeredmodel",
            options={
                "ordering": ["name"],
                "permissions": [
                    ("view_restricted", "Can see restricted models and datasets without being named"),
                    ("manage_access", "Can see every model and dataset and decide who has access"),
                    ("bypass_step_up", "Can let an API key that names this open what asks for a second factor"),
                ],
            },
        ),
        migrations.AddField(
            model_name="dataset",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="deletion_reason",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="dataset",
            name="is_restricted",
            field=models.BooleanField(default=False, help_text="Only the owner and named people see the dataset."),
        ),
        migrations.AddField(
            model_name="dataset",
            name="last_number",
            field=models.PositiveIntegerField(default=0, editable=False, help_text="The highest number given out."),
        ),
        migrations.AddField(
            model_name="dataset",
            name="purge_after",
            field=models.DateTimeField(blank=True, help_text="Until then a deleted version can come back.", null=True),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="deletion_reason",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="purge_after",
            field=models.DateTimeField(blank=True, help_text="Until then a deleted version can come back.", null=True),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="deletion_reason",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="changed_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                help_text="When a version was added or removed, or a setting changed.",
            ),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="deletion_reason",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="last_number",
            field=models.PositiveIntegerField(default=0, editable=False, help_text="The highest number given out."),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="purge_after",
            field=models.DateTimeField(blank=True, help_text="Until then a deleted version can come back.", null=True),
        ),
        migrations.AlterField(
            model_name="registeredmodel",
            name="metric_directions",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text='{"rmse": "minimise"}; what is not named has a proposal by its name.',
            ),
        ),
        migrations.AlterField(
            model_name="registeredmodel",
            name="needs_step_up",
            field=models.BooleanField(
                default=False, help_text="Files, parameters and access ask for a fresh second factor."
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="dataset",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["purge_after"], name="registry_dataset_purge"
            ),
        ),
        migrations.AddIndex(
            model_name="datasetversion",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["purge_after"],
                name="registry_datasetversion_purge",
            ),
        ),
        migrations.AddIndex(
            model_name="modelversion",
            index=models.Index(
                condition=models.Q(("state", "quarantined")), fields=["model"], name="registry_quarantined"
            ),
        ),
        migrations.AddIndex(
            model_name="modelversion",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="registry_modelversion_tags"),
        ),
        migrations.AddIndex(
            model_name="modelversion",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["purge_after"],
                name="registry_modelversion_purge",
            ),
        ),
        migrations.AddIndex(
            model_name="registeredmodel",
            index=models.Index(fields=["-changed_at", "-id"], name="registry_model_changed"),
        ),
        migrations.AddIndex(
            model_name="registeredmodel",
            index=models.Index(fields=["task_type", "-id"], name="registry_model_task_newest"),
        ),
        migrations.AddIndex(
            model_name="registeredmodel",
            index=models.Index(fields=["owner", "-id"], name="registry_model_owner_newest"),
        ),
        migrations.AddIndex(
            model_name="registeredmodel",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["purge_after"], name="registry_model_purge"
            ),
        ),
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at__isnull", True), ("purge_after__isnull", True)),
                    models.Q(("deleted_at__isnull", False), ("purge_after__isnull", False)),
                    _connector="OR",
                ),
                name="registry_dataset_deleted_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at__isnull", True), ("purge_after__isnull", True)),
                    models.Q(("deleted_at__isnull", False), ("purge_after__isnull", False)),
                    _connector="OR",
                ),
                name="registry_datasetversion_deleted_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredmodel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at__isnull", True), ("purge_after__isnull", True)),
                    models.Q(("deleted_at__isnull", False), ("purge_after__isnull", False)),
                    _connector="OR",
                ),
                name="registry_model_deleted_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="retiredname",
            constraint=models.UniqueConstraint(fields=("kind", "name"), name="registry_retired_name_once"),
        ),
        migrations.AddConstraint(
            model_name="retiredname",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["model", "dataset"])), name="registry_retired_kind"
            ),
        ),
    ]
