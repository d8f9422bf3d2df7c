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

-- Takes the words of about `most` rows, of whole transactions, in their order. Like the sealer it goes no further than
-- the oldest transaction that is still running, so that a late commit is never passed over; of what has ended since,
-- it takes what it sees, and looks there again.
CREATE FUNCTION @schema@.audit_take_words(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp AS $function$
DECLARE
    low bigint;
    high bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    last bigint;
    -- Ids begin with their time: what runs now wrote into the newest months. A day allows for the clocks.
    since uuid := (lpad(to_hex((extract(epoch FROM now() - interval '1 day') * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid;
    done integer;
    more integer := 0;
BEGIN
    most := least(greatest(most, 1), 100000);
    IF NOT pg_try_advisory_xact_lock(hashtextextended('audit.words', 0)) THEN
        RETURN 0;
    END IF;
    SELECT transaction INTO low FROM audit_watching_horizon;
    IF low > high THEN
        low := 0;  -- restored into another cluster, whose numbers begin anew
    END IF;
    SELECT max(t.transaction) INTO last FROM (
        SELECT transaction FROM audit_auditevent WHERE transaction >= low AND transaction < high
        ORDER BY transaction LIMIT most) t;
    INSERT INTO audit_watching_rowwords (event_id, words)
        SELECT id, @words@ FROM audit_auditevent WHERE transaction >= low AND transaction <= last
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS done = ROW_COUNT;
    low := coalesce(last + 1, high);
    UPDATE audit_watching_horizon SET transaction = low WHERE transaction <> low;
    IF done < most THEN
        INSERT INTO audit_watching_rowwords (event_id, words)
            SELECT id, @words@ FROM audit_auditevent e WHERE transaction >= high AND id >= since
                AND NOT EXISTS (SELECT FROM audit_watching_rowwords w WHERE w.event_id = e.id)
            ORDER BY transaction LIMIT most - done
            ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS more = ROW_COUNT;
    END IF;
    RETURN done + more;
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


def drop(apps, schema_editor) -> None:
    schema_editor.execute("DROP FUNCTION audit_take_words(integer); DROP TABLE audit_watching_horizon;")


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
        migrations.RunPython(create, drop),
        migrations.RunSQL(
            "CREATE INDEX audit_origin ON audit_auditevent (origin, id DESC) WHERE origin IS NOT NULL;",
            "DROP INDEX audit_origin;",
        ),
    ]
