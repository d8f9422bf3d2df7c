"""Indexes that begin another one are gone: each was written with every version, and none was needed beside the other. Nor are
artifacts looked for by a beginning of their stored name.

Only the indexes: left to itself, Django would also take the foreign keys off and prove every row anew.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DROP = """
DROP INDEX registry_artifactcopy_artifact_id_498ebc3b;
DROP INDEX registry_artifactcopy_location_id_276580ee;
DROP INDEX registry_modelversion_model_id_bed9c39a;
DROP INDEX registry_modelversiondataset_model_version_id_50bbe708;
DROP INDEX registry_modelversionfile_version_id_977dd9a7;
DROP INDEX registry_registeredmodel_owner_id_230a264c;
DROP INDEX registry_artifact_storage_name_c8085872_like;
"""

MAKE = """
CREATE INDEX registry_artifactcopy_artifact_id_498ebc3b ON registry_artifactcopy (artifact_id);
CREATE INDEX registry_artifactcopy_location_id_276580ee ON registry_artifactcopy (location_id);
CREATE INDEX registry_modelversion_model_id_bed9c39a ON registry_modelversion (model_id);
CREATE INDEX registry_modelversiondataset_model_version_id_50bbe708 ON registry_modelversiondataset (model_version_id);
CREATE INDEX registry_modelversionfile_version_id_977dd9a7 ON registry_modelversionfile (version_id);
CREATE INDEX registry_registeredmodel_owner_id_230a264c ON registry_registeredmodel (owner_id);
CREATE INDEX registry_artifact_storage_name_c8085872_like ON registry_artifact (storage_name varchar_pattern_ops);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0003_credentials_in_secrets"),
        ("registry", "0011_run_reference_erased"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, MAKE)],
            state_operations=[
                migrations.AlterField(
                    model_name="artifactcopy",
                    name="artifact",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="registry.artifact",
                    ),
                ),
                migrations.AlterField(
                    model_name="artifactcopy",
                    name="location",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="locations.storagelocation",
                    ),
                ),
                migrations.AlterField(
                    model_name="modelversion",
                    name="model",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="registry.registeredmodel",
                    ),
                ),
                migrations.AlterField(
                    model_name="modelversiondataset",
                    name="model_version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dataset_links",
                        to="registry.modelversion",
                    ),
                ),
                migrations.AlterField(
                    model_name="modelversionfile",
                    name="version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="registry.modelversion",
                    ),
                ),
                migrations.AlterField(
                    model_name="registeredmodel",
                    name="owner",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="registered_models",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
