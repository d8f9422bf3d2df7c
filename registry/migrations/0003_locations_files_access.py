import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import modelops.lib.ids

# Files were named after their kind of store before locations had names.
MOVE = """
DROP TRIGGER registry_artifact_immutable ON registry_artifact;
UPDATE registry_artifact SET location = 'local' WHERE location = 'filesystem';
INSERT INTO registry_artifactcopy
    (id, artifact_id, location_id, state, attempts, not_before, last_error, created_at, stored_at, check_result)
SELECT gen_random_uuid(), artifact.id, location.id, 'stored', 1, now(), '', now(), artifact.created_at, ''
FROM registry_artifact artifact, locations_storagelocation location WHERE location.name = artifact.location;
SET CONSTRAINTS ALL IMMEDIATE;
CREATE TRIGGER registry_artifact_immutable BEFORE UPDATE ON registry_artifact
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_change(
        'id', 'file_name', 'sha256', 'sha512', 'size', 'codec', 'cipher', 'location', 'storage_name', 'created_at'
    );
CREATE TRIGGER registry_modelversionfile_immutable BEFORE UPDATE ON registry_modelversionfile
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_change('id', 'version_id', 'path', 'artifact_id');
"""
BACK = """
DROP TRIGGER registry_modelversionfile_immutable ON registry_modelversionfile;
DROP TRIGGER registry_artifact_immutable ON registry_artifact;
UPDATE registry_artifact SET location = 'filesystem' WHERE location = 'local';
DELETE FROM registry_artifactcopy;
CREATE TRIGGER registry_artifact_immutable BEFORE UPDATE ON registry_artifact FOR EACH ROW EXECUTE FUNCTION
    registry_refuse_change('id', 'file_name', 'sha256', 'size', 'cipher', 'location', 'storage_name', 'created_at');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0001_initial"),
        ("registry", "0002_immutable_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ArtifactCopy",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("stored", "Stored"),
                            ("failed", "Failed"),
                            ("missing", "Missing"),
                            ("damaged", "Damaged"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_error", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("stored_at", models.DateTimeField(blank=True, null=True)),
                (
                    "checked_at",
                    models.DateTimeField(blank=True, help_text="When the bytes were last read back.", null=True),
                ),
                ("check_result", models.CharField(blank=True, default="", max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="ModelVersionFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("path", models.CharField(help_text="Relative, with slashes, as in the manifest.", max_length=1024)),
            ],
            options={
                "ordering": ["path"],
            },
        ),
        migrations.AddField(
            model_name="artifact",
            name="codec",
            field=models.CharField(
                default="none", help_text="How the plaintext was compressed before it was sealed.", max_length=16
            ),
        ),
        migrations.AddField(
            model_name="artifact",
            name="sha512",
            field=models.CharField(
                blank=True,
                default="",
                help_text="SHA-512 of the plaintext; empty where it was not asked for.",
                max_length=128,
            ),
        ),
        migrations.AddField(
            model_name="artifact",
            name="stored_size",
            field=models.BigIntegerField(help_text="Bytes of the sealed file.", null=True),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="deleted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="modelversion",
            name="purge_after",
            field=models.DateTimeField(blank=True, help_text="Until then a deleted version can come back.", null=True),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="access_code_hash",
            field=models.CharField(blank=True, default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="is_restricted",
            field=models.BooleanField(default=False, help_text="Only the owner and named people see the model."),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="metric_directions",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text='{"rmse": "minimise"}; what is not named is maximised or guessed by name.',
            ),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="min_replicas",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="In how many locations each version must lie, the primary one counted."
            ),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="needs_step_up",
            field=models.BooleanField(default=False, help_text="Downloads ask for a fresh second factor."),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="primary_metric",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="registeredmodel",
            name="replicate_to",
            field=models.ManyToManyField(
                blank=True, help_text="Empty: every enabled location.", related_name="+", to="locations.storagelocation"
            ),
        ),
        migrations.AlterField(
            model_name="artifact",
            name="location",
            field=models.CharField(help_text="Name of the location that took the file.", max_length=40),
        ),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha512__regex", "^([0-9a-f]{128})?$")), name="registry_artifact_sha512_hex"
            ),
        ),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.CheckConstraint(
                condition=models.Q(("key_version__gte", 1)), name="registry_artifact_has_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="modelversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at__isnull", True), ("purge_after__isnull", True)),
                    models.Q(("deleted_at__isnull", False), ("purge_after__isnull", False)),
                    _connector="OR",
                ),
                name="registry_modelversion_deleted_until",
            ),
        ),
        migrations.AddField(
            model_name="artifactcopy",
            name="artifact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="copies", to="registry.artifact"
            ),
        ),
        migrations.AddField(
            model_name="artifactcopy",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="locations.storagelocation"
            ),
        ),
        migrations.AddField(
            model_name="modelversionfile",
            name="artifact",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="version_file", to="registry.artifact"
            ),
        ),
        migrations.AddField(
            model_name="modelversionfile",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="registry.modelversion"
            ),
        ),
        migrations.AddIndex(
            model_name="artifactcopy",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "failed"])),
                fields=["not_before"],
                name="registry_copies_due",
            ),
        ),
        migrations.AddIndex(
            model_name="artifactcopy",
            index=models.Index(fields=["location", "state"], name="registry_copies_by_location"),
        ),
        migrations.AddConstraint(
            model_name="artifactcopy",
            constraint=models.UniqueConstraint(fields=("artifact", "location"), name="registry_one_copy_per_location"),
        ),
        migrations.AddConstraint(
            model_name="artifactcopy",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "stored", "failed", "missing", "damaged"])),
                name="registry_copy_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelversionfile",
            constraint=models.UniqueConstraint(fields=("version", "path"), name="registry_version_path_once"),
        ),
        migrations.RunSQL(MOVE, BACK),
    ]
