"""What only a search asks for: words of the details, and where an act came from.

An index over the words of each row, kept at every insert, would cost half as much as the insert itself (measured:
docs/explanation/audit-search.md). So the words stand in a table beside the ledger, filled soon after.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# As `compliance.audit.searching.words_sql` says it; a test compares the two.
WORDS = (
    "array_remove(string_to_array(translate(lower(details), '{}[]\":,.;/\\()=@+<>|!?*''`#&~^$',"
    " '                             '), ' '), '')"
)

FILLING = r"""
CREATE TABLE @schema@.audit_watching_horizon (id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1), transaction bigint NOT NULL);
INSERT INTO @schema@.audit_watching_horizon (transaction) VALUES (0);

-- Takes the words of up to `most` rows, of whole transactions, in their order. Like the sealer it goes no further than
-- the oldest transaction that is still running, so that a late commit is never passed over.
CREATE FUNCTION @schema@.audit_take_words(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
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
        RETURN 0;
    END IF;
    INSERT INTO audit_watching_rowwords (event_id, words)
        SELECT id, @words@ FROM audit_auditevent WHERE transaction >= low AND transaction <= last
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS done = ROW_COUNT;
    UPDATE audit_watching_horizon SET transaction = last + 1;
    RETURN done;
END
$function$;
REVOKE ALL ON FUNCTION @schema@.audit_take_words(integer) FROM PUBLIC;
"""


def create(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(FILLING.replace("@schema@", schema).replace("@words@", WORDS))


class Migration(migrations.Migration):
    dependencies = [("audit_watching", "0001_watching"), ("audit", "0003_partitioned")]

    operations = [
        migrations.CreateModel(
            name="RowWords",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False)),
                ("words", django.contrib.postgres.fields.ArrayField(models.TextField(), size=None)),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["words"], name="audit_words")],
            },
        ),
        migrations.RunPython(
            create,
            migrations.RunPython.noop,
        ),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DROP FUNCTION audit_take_words(integer); DROP TABLE audit_watching_horizon;",
        ),
        migrations.RunSQL(
            "CREATE INDEX audit_origin ON audit_auditevent (origin, id DESC) WHERE origin IS NOT NULL;",
            "DROP INDEX audit_origin;",
        ),
    ]
