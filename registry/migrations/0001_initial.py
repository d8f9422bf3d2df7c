import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import modelops.crypto.columns
import modelops.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        # The encrypted column is written and read through its functions.
        ("crypto", "0002_column_functions"),
    ]

    operations = [
        # Searching a million names by a part of them needs trigram indexes.
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name="Artifact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "file_name",
                    models.CharField(
                        help_text="What the uploader called the file; never used as a path.", max_length=255
                    ),
                ),
                (
                    "sha256",
                    models.CharField(help_text="SHA-256 of the plaintext, in hexadecimal digits.", max_length=64),
                ),
                ("size", models.BigIntegerField(help_text="Bytes of plaintext.")),
                ("cipher", models.CharField(max_length=40)),
                ("location", models.CharField(help_text="Key of the store that holds the file.", max_length=40)),
                ("storage_name", models.CharField(max_length=200, unique=True)),
                ("wrapped_key", models.BinaryField(help_text="The file's data key, sealed by the key ring.")),
                (
                    "key_version",
                    models.PositiveIntegerField(help_text="Version of the ring key that wraps the data key."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "verified_at",
                    models.DateTimeField(
                        help_text="When the stored bytes were last read back and compared.", null=True
                    ),
                ),
                ("is_sound", models.BooleanField(help_text="What that reading found.", null=True)),
            ],
            options={
                "ordering": ["-created_at"],
                "permissions": [
                    ("download_artifact", "Can download the decrypted file"),
                    ("verify_artifact", "Can verify the stored file"),
                ],
                "indexes": [
                    models.Index(fields=["sha256"], name="registry_artifact_sha256"),
                    models.Index(fields=["key_version"], name="registry_artifact_key_version"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="registry_artifact_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="registry_artifact_sha256_hex"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dataset",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("description", models.TextField(blank=True, max_length=4000)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="datasets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="DatasetVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "file_format",
                    models.CharField(help_text="Key of the table format, found by content.", max_length=32),
                ),
                ("rows", models.BigIntegerField()),
                ("columns", models.PositiveIntegerField()),
                (
                    "schema",
                    models.JSONField(help_text='A list of {"name", "type", "nulls"}, in the order of the file.'),
                ),
                (
                    "reading",
                    models.JSONField(help_text="How the file is read: delimiter, encoding and the exact Arrow schema."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "artifact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dataset_version",
                        to="registry.artifact",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploaded_dataset_versions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="registry.dataset"
                    ),
                ),
            ],
            options={
                "ordering": ["dataset", "-number"],
            },
        ),
        migrations.CreateModel(
            name="ModelVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(choices=[("ready", "Ready"), ("quarantined", "Quarantined")], max_length=16),
                ),
                (
                    "file_format",
                    models.CharField(help_text="Found by content, not by the name of the file.", max_length=32),
                ),
                ("metrics", models.JSONField(blank=True, default=dict)),
                ("parameters", modelops.crypto.columns.EncryptedJSONField(blank=True, null=True)),
                ("tags", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "artifact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="model_version",
                        to="registry.artifact",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploaded_model_versions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["model", "-number"],
                "permissions": [("view_parameters", "Can read the decrypted parameters")],
            },
        ),
        migrations.CreateModel(
            name="ModelVersionDataset",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "dataset_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="model_links",
                        to="registry.datasetversion",
                    ),
                ),
                (
                    "model_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dataset_links",
                        to="registry.modelversion",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="modelversion",
            name="datasets",
            field=models.ManyToManyField(
                blank=True,
                related_name="model_versions",
                through="registry.ModelVersionDataset",
                to="registry.datasetversion",
            ),
        ),
        migrations.CreateModel(
            name="RegisteredModel",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "task_type",
                    models.CharField(
                        choices=[
                            ("binary_classification", "Binary classification"),
                            ("multiclass_classification", "Multiclass classification"),
                            ("regression", "Regression"),
                            ("ranking", "Ranking"),
                            ("clustering", "Clustering"),
                            ("forecasting", "Forecasting"),
                            ("text_generation", "Text generation"),
                            ("embedding", "Embedding"),
                            ("other", "Other"),
                        ],
                        max_length=32,
                    ),
                ),
                ("description", models.TextField(blank=True, max_length=4000)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="registered_models",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="modelversion",
            name="model",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="registry.registeredmodel"
            ),
        ),
        migrations.AddIndex(
            model_name="dataset",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                ),
                name="registry_dataset_name_trgm",
            ),
        ),
        migrations.AddIndex(
            model_name="datasetversion",
            index=models.Index(fields=["-created_at"], name="registry_datasetversion_newest"),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.UniqueConstraint(
                fields=("dataset", "number"), name="registry_datasetversion_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)), name="registry_datasetversion_number_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("columns__gt", 0), ("rows__gt", 0)), name="registry_datasetversion_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="modelversiondataset",
            constraint=models.UniqueConstraint(
                fields=("model_version", "dataset_version"), name="registry_lineage_link_once"
            ),
        ),
        migrations.AddIndex(
            model_name="registeredmodel",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                ),
                name="registry_model_name_trgm",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredmodel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "task_type__in",
                        [
                            "binary_classification",
                            "multiclass_classification",
                            "regression",
                            "ranking",
                            "clustering",
                            "forecasting",
                            "text_generation",
                            "embedding",
                            "other",
                        ],
                    )
                ),
                name="registry_model_task_type_known",
            ),
        ),
        migrations.AddIndex(
            model_name="modelversion",
            index=models.Index(fields=["-created_at"], name="registry_modelversion_newest"),
        ),
        migrations.AddConstraint(
            model_name="modelversion",
            constraint=models.UniqueConstraint(fields=("model", "number"), name="registry_modelversion_number_once"),
        ),
        migrations.AddConstraint(
            model_name="modelversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)), name="registry_modelversion_number_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="modelversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["ready", "quarantined"])), name="registry_modelversion_state_known"
            ),
        ),
    ]
