"""Sketches of the columns of an examined version: what later versions are compared with."""

import django.db.models.deletion
from django.db import migrations, models

import modelops.crypto.columns
import modelops.lib.ids


class Migration(migrations.Migration):
    dependencies = [("dataquality", "0006_examined_digest")]

    operations = [
        migrations.CreateModel(
            name="RunProfile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=modelops.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "document",
                    modelops.crypto.columns.EncryptedJSONField(
                        help_text='{"columns": {name: what `profiling.sketches.Sketch.as_dict` gives}}'
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="profile", to="dataquality.qualityrun"
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        # The encrypted sketches are wrapped anew when keys rotate.
        migrations.RunSQL(
            "CREATE TRIGGER dataquality_runprofile_immutable BEFORE UPDATE ON dataquality_runprofile "
            "FOR EACH ROW EXECUTE FUNCTION dataquality_refuse_rewriting('document')",
            "DROP TRIGGER dataquality_runprofile_immutable ON dataquality_runprofile",
        ),
    ]
