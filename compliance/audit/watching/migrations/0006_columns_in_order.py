"""One row of a watched table is put into words column by column, in the order in which the words stand.

A trigger is told the columns in that order (its seventh argument; a star marks those whose values are not shown). To
sort them was a query of its own for each row, and most of what a watched row cost. The words are the same, letter for
letter, so that going back to the version before leaves the function as it is. Triggers from before, until they are put
anew when the migration ends, take the way of several rows.
"""

from django.db import migrations

FUNCTION = r"""
CREATE OR REPLACE FUNCTION @schema@.audit_watch_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp AS $function$
DECLARE
    key text := TG_ARGV[1];
    shown text[] := string_to_array(TG_ARGV[2], ',');
    masked text[] := string_to_array(TG_ARGV[3], ',');
    parents text[] := string_to_array(TG_ARGV[4], ',');
    watched text[] := shown || masked;
    old_found jsonb[] := '{}';
    new_found jsonb[] := '{}';
    was jsonb;
    becomes jsonb;
    whose text;
    parent text;
    total bigint;
    listed text;
    about text[];
    said text;
    old_value jsonb;
    new_value jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        old_found := ARRAY(SELECT to_jsonb(r.*) FROM old_rows r LIMIT 2);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_found := ARRAY(SELECT to_jsonb(r.*) FROM new_rows r LIMIT 2);
    END IF;
    was := old_found[1];
    becomes := new_found[1];
    IF was IS NULL AND becomes IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_NARGS > 6 AND cardinality(old_found) <= 1 AND cardinality(new_found) <= 1
        AND (TG_OP <> 'UPDATE' OR becomes ->> key = was ->> key)
    THEN
        listed := '';
        FOREACH said IN ARRAY string_to_array(TG_ARGV[6], ',') LOOP
            IF starts_with(said, '*') THEN
                IF TG_OP = 'UPDATE' THEN
                    said := substr(said, 2);
                    IF was -> said IS DISTINCT FROM becomes -> said THEN
                        listed := listed || ',' || to_json(said)::text || ':"changed"';
                    END IF;
                END IF;
                CONTINUE;
            END IF;
            old_value := coalesce(was -> said, 'null');
            new_value := coalesce(becomes -> said, 'null');
            IF old_value <> new_value THEN
                listed := listed || ',' || to_json(said)::text || ':['
                    || CASE WHEN old_value = 'null' THEN 'null' ELSE audit_watch_value(old_value) END || ','
                    || CASE WHEN new_value = 'null' THEN 'null' ELSE audit_watch_value(new_value) END || ']';
            END IF;
        END LOOP;
        IF TG_OP = 'UPDATE' AND listed = '' THEN
            RETURN NULL;
        END IF;
        total := 1;
        whose := coalesce(becomes ->> key, was ->> key);
        listed := '{"changes":{' || substr(listed, 2) || '},"id":' || coalesce(to_json(whose)::text, 'null') || '}';
        about := ARRAY[whose];
        FOREACH parent IN ARRAY parents LOOP
            IF was ->> parent <> ALL (about) THEN
                about := about || (was ->> parent);
            END IF;
            IF becomes ->> parent <> ALL (about) THEN
                about := about || (becomes ->> parent);
            END IF;
        END LOOP;
    ELSIF TG_OP = 'UPDATE' THEN
        WITH changed AS MATERIALIZED (
            SELECT coalesce(n.j ->> key, o.j ->> key) AS id, o.j AS before, n.j AS after
            FROM (SELECT to_jsonb(r.*) AS j FROM old_rows r) o
            FULL JOIN (SELECT to_jsonb(r.*) AS j FROM new_rows r) n ON n.j ->> key = o.j ->> key
            WHERE EXISTS (SELECT FROM unnest(watched) c WHERE o.j -> c IS DISTINCT FROM n.j -> c)
        )
        SELECT count(*),
            (SELECT string_agg(audit_watch_row(f.id, f.before, f.after, shown, masked), ',' ORDER BY f.id COLLATE "C")
                FROM (SELECT * FROM changed ORDER BY id COLLATE "C" LIMIT 10) f),
            ARRAY(SELECT DISTINCT v FROM (SELECT * FROM changed LIMIT 1000) f, unnest(
                ARRAY[f.id] || ARRAY(SELECT f.before ->> p FROM unnest(parents) p)
                || ARRAY(SELECT f.after ->> p FROM unnest(parents) p)) v WHERE v IS NOT NULL)
        INTO total, listed, about FROM changed;
    ELSIF TG_OP = 'INSERT' THEN
        WITH changed AS MATERIALIZED (
            SELECT n.j ->> key AS id, n.j AS after FROM (SELECT to_jsonb(r.*) AS j FROM new_rows r) n
        )
        SELECT count(*),
            (SELECT string_agg(audit_watch_row(f.id, NULL, f.after, shown, masked), ',' ORDER BY f.id COLLATE "C")
                FROM (SELECT * FROM changed ORDER BY id COLLATE "C" LIMIT 10) f),
            ARRAY(SELECT DISTINCT v FROM (SELECT * FROM changed LIMIT 1000) f, unnest(
                ARRAY[f.id] || ARRAY(SELECT f.after ->> p FROM unnest(parents) p)) v WHERE v IS NOT NULL)
        INTO total, listed, about FROM changed;
    ELSE
        WITH changed AS MATERIALIZED (
            SELECT o.j ->> key AS id, o.j AS before FROM (SELECT to_jsonb(r.*) AS j FROM old_rows r) o
        )
        SELECT count(*),
            (SELECT string_agg(audit_watch_row(f.id, f.before, NULL, shown, masked), ',' ORDER BY f.id COLLATE "C")
                FROM (SELECT * FROM changed ORDER BY id COLLATE "C" LIMIT 10) f),
            ARRAY(SELECT DISTINCT v FROM (SELECT * FROM changed LIMIT 1000) f, unnest(
                ARRAY[f.id] || ARRAY(SELECT f.before ->> p FROM unnest(parents) p)) v WHERE v IS NOT NULL)
        INTO total, listed, about FROM changed;
    END IF;
    IF total > 0 THEN
        INSERT INTO audit_watching_pending (transaction, model, counts, about, operation, count, rows)
        VALUES (pg_current_xact_id()::text::bigint, TG_ARGV[0], string_to_array(TG_ARGV[5], ','), about,
            lower(TG_OP), total, '[' || listed || ']');
    END IF;
    RETURN NULL;
END
$function$;
"""


def in_order(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(FUNCTION.replace("@schema@", schema))


class Migration(migrations.Migration):
    dependencies = [("audit_watching", "0005_by_index")]

    operations = [migrations.RunPython(in_order, migrations.RunPython.noop)]
