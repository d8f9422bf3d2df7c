"""Which factor a session was opened with, so that one read tells whether it still stands.

Sessions from before have none in the column and are looked at as they were: by what they remember.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_rights_end_sign_ins")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="factor_id",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
    ]
