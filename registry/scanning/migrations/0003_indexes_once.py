"""Indexes that begin another one are gone: each was written with every version, and none was needed beside the other.

Only the indexes: left to itself, Django would also take the foreign keys off and prove every row anew.
"""

import django.db.models.deletion
from django.db import migrations, models

DROP = """
DROP INDEX scanning_inspection_version_id_db46e3d1;
"""

MAKE = """
CREATE INDEX scanning_inspection_version_id_db46e3d1 ON scanning_inspection (version_id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0012_indexes_once"),
        ("scanning", "0002_named_in_lists"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, MAKE)],
            state_operations=[
                migrations.AlterField(
                    model_name="inspection",
                    name="version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inspections",
                        to="registry.modelversion",
                    ),
                ),
            ],
        ),
    ]
