"""Months of the ledger that were purged: what was removed is said, and never taken back."""

import django.db.models.functions.datetime
from django.db import migrations, models

TABLE = "audit_sealing_purgedmonth"
CREATE = (
    f"CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {TABLE}"
    " FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();"
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE}"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();"
)
DROP = f"DROP TRIGGER audit_append_only ON {TABLE}; DROP TRIGGER audit_no_truncate ON {TABLE};"


class Migration(migrations.Migration):
    dependencies = [("audit_sealing", "0004_given_up")]

    operations = [
        migrations.CreateModel(
            name="PurgedMonth",
            fields=[
                ("month", models.CharField(max_length=7, primary_key=True, serialize=False)),
                ("first_id", models.UUIDField()),
                ("until_id", models.UUIDField()),
                ("rows", models.BigIntegerField()),
                ("first_seq", models.BigIntegerField()),
                ("last_seq", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
                ("note", models.TextField()),
                (
                    "purged_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={"ordering": ["month"]},
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
