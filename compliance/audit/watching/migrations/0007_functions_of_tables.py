"""Each watched table has a function of its own, made with its triggers when a migration ends (`row_functions`).

Nothing is left for this one but to take them away again with their triggers: those of the version before are put anew
when the migration back has ended.
"""

from django.db import migrations

DROP = r"""
DO $block$ DECLARE
    found regprocedure;
BEGIN
    FOR found IN SELECT oid FROM pg_catalog.pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND starts_with(proname, 'audit_watch_of_')
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', found);
    END LOOP;
END $block$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit_watching", "0006_columns_in_order")]

    operations = [migrations.RunSQL(migrations.RunSQL.noop, DROP)]
