"""Indexes that begin another one are gone: each was written with every version, and none was needed beside the other.

Only the indexes: left to itself, Django would also take the foreign keys off and prove every row anew.
"""

import django.db.models.deletion
from django.db import migrations, models

DROP = """
DROP INDEX signing_versionsignature_version_id_8c02f991;
"""

MAKE = """
CREATE INDEX signing_versionsignature_version_id_8c02f991 ON signing_versionsignature (version_id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0012_indexes_once"),
        ("signing", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, MAKE)],
            state_operations=[
                migrations.AlterField(
                    model_name="versionsignature",
                    name="version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="registry.modelversion",
                    ),
                ),
            ],
        ),
    ]
