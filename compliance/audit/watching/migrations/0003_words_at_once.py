"""Words of rows are taken as soon as their transaction has ended, also while a longer one goes on."""

from importlib import import_module

from django.db import migrations

FILLING = """
CREATE OR REPLACE FUNCTION @schema@.audit_take_words(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp AS $function$
DECLARE
    low bigint;
    high bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    last bigint;
    done integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('audit.words', 0)) THEN
        RETURN 0;
    END IF;
    SELECT transaction INTO low FROM audit_watching_horizon;
    IF low > high THEN
        low := 0;  -- restored into another cluster, whose numbers begin anew
    END IF;
    SELECT max(t.transaction) INTO last FROM (
        SELECT transaction FROM audit_auditevent WHERE transaction >= low AND transaction < high
        ORDER BY transaction LIMIT least(greatest(most, 1), 100000)) t;
    IF last IS NULL THEN
        UPDATE audit_watching_horizon SET transaction = high WHERE transaction <> high;
        -- A long transaction holds the horizon back, but not the rows of those that have ended since.
        INSERT INTO audit_watching_rowwords (event_id, words)
            SELECT id, @words@ FROM audit_auditevent e WHERE transaction >= high
                AND NOT EXISTS (SELECT FROM audit_watching_rowwords w WHERE w.event_id = e.id)
            ORDER BY transaction LIMIT least(greatest(most, 1), 100000)
            ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS done = ROW_COUNT;
        RETURN done;
    END IF;
    INSERT INTO audit_watching_rowwords (event_id, words)
        SELECT id, @words@ FROM audit_auditevent WHERE transaction >= low AND transaction <= last
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS done = ROW_COUNT;
    UPDATE audit_watching_horizon SET transaction = last + 1;
    RETURN done;
END
$function$;
"""


def replace(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    words = import_module("compliance.audit.watching.migrations.0002_searching").WORDS
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(FILLING.replace("@schema@", schema).replace("@words@", words))


class Migration(migrations.Migration):
    dependencies = [("audit_watching", "0002_searching")]

    operations = [migrations.RunPython(replace, migrations.RunPython.noop)]
