"""Leaves, tiles, seals and checkpoints are never changed, removed or emptied."""

from django.db import migrations

TABLES = ("leaf", "tile", "seal", "checkpoint")

CREATE = "".join(
    f"CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_sealing_{table}"
    " FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();"
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_sealing_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();"
    for table in TABLES
)
DROP = "".join(
    f"DROP TRIGGER audit_append_only ON audit_sealing_{table}; DROP TRIGGER audit_no_truncate ON audit_sealing_{table};"
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("audit_sealing", "0001_sealing"), ("audit", "0003_partitioned")]

    operations = [migrations.RunSQL(CREATE, DROP)]
