"""The functions behind the triggers take one row, which is what most statements change, by a shorter way.

A value is put into words in PL/pgSQL: a function in SQL is set up anew for each value. What they write is the same,
letter for letter, so that going back to the version before leaves them as they are.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION @schema@.audit_watch_value(value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $function$
BEGIN
    RETURN CASE pg_catalog.jsonb_typeof(value)
        WHEN 'boolean' THEN value::text
        WHEN 'number' THEN
            -- A fraction has one text here and another in Python; in quotes it has one.
            CASE WHEN value::text ~ '^(0|-?[1-9][0-9]{0,17})$' THEN value::text
                ELSE pg_catalog.to_json(value::text)::text END
        WHEN 'string' THEN pg_catalog.to_json(pg_catalog.left(value #>> '{}', 200))::text
        WHEN 'object' THEN pg_catalog.to_json(pg_catalog.left(value::text, 200))::text
        WHEN 'array' THEN pg_catalog.to_json(pg_catalog.left(value::text, 200))::text
        ELSE 'null' END;
END
$function$;

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
    IF cardinality(old_found) <= 1 AND cardinality(new_found) <= 1
        AND (TG_OP <> 'UPDATE' OR becomes ->> key = was ->> key)
    THEN
        IF TG_OP = 'UPDATE' AND NOT EXISTS (
            SELECT FROM unnest(watched) c WHERE was -> c IS DISTINCT FROM becomes -> c
        ) THEN
            RETURN NULL;
        END IF;
        total := 1;
        whose := coalesce(becomes ->> key, was ->> key);
        listed := audit_watch_row(whose, was, becomes, shown, masked);
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


def shorten(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(FUNCTIONS.replace("@schema@", schema))


class Migration(migrations.Migration):
    dependencies = [("audit_watching", "0003_plans_kept")]

    operations = [migrations.RunPython(shorten, migrations.RunPython.noop)]
