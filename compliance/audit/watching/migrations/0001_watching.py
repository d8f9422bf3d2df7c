"""The functions behind the triggers on watched tables.

A statement that changes watched columns leaves one row in ``audit_watching_pending``. When its transaction commits, a
deferred trigger looks whether the ledger tells of the object, in this transaction; if not, it writes the row itself.
Nothing can be hidden by emptying the pending table: the trigger has its row already.
"""

from django.db import migrations

TABLE = """
CREATE UNLOGGED TABLE @schema@.audit_watching_pending (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction bigint NOT NULL,
    model text NOT NULL,
    counts text[] NOT NULL,
    about text[] NOT NULL,
    operation text NOT NULL,
    count bigint NOT NULL,
    rows text NOT NULL
);
CREATE INDEX audit_watching_transaction ON @schema@.audit_watching_pending (transaction);
"""

# The texts that these make are canonical JSON (`compliance.audit.canonical`): the ledger hashes them letter for letter.
TEXTS = r"""
CREATE FUNCTION @schema@.audit_watch_value(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT CASE pg_catalog.jsonb_typeof(value)
        WHEN 'boolean' THEN value::text
        WHEN 'number' THEN
            -- A fraction has one text here and another in Python; in quotes it has one.
            CASE WHEN value::text ~ '^(0|-?[1-9][0-9]{0,17})$' THEN value::text
                ELSE pg_catalog.to_json(value::text)::text END
        WHEN 'string' THEN pg_catalog.to_json(pg_catalog.left(value #>> '{}', 200))::text
        WHEN 'object' THEN pg_catalog.to_json(pg_catalog.left(value::text, 200))::text
        WHEN 'array' THEN pg_catalog.to_json(pg_catalog.left(value::text, 200))::text
        ELSE 'null' END
$function$;

CREATE FUNCTION @schema@.audit_watch_row(id text, before jsonb, after jsonb, shown text[], masked text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT '{"changes":{'
        || coalesce(pg_catalog.string_agg(
            pg_catalog.to_json(name)::text || ':' || said, ',' ORDER BY name COLLATE "C"), '')
        || '},"id":' || coalesce(pg_catalog.to_json(id)::text, 'null') || '}'
    FROM (
        SELECT c AS name,
            '[' || @schema@.audit_watch_value(before -> c) || ',' || @schema@.audit_watch_value(after -> c) || ']' AS said
        FROM pg_catalog.unnest(shown) c
        WHERE coalesce(before -> c, 'null') IS DISTINCT FROM coalesce(after -> c, 'null')
        UNION ALL
        SELECT c, '"changed"' FROM pg_catalog.unnest(masked) c
        WHERE before IS NOT NULL AND after IS NOT NULL AND before -> c IS DISTINCT FROM after -> c
    ) columns
$function$;

CREATE FUNCTION @schema@.audit_uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $function$
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
        substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid
$function$;
"""

# A row is turned into one value before anything else is said of it: its columns may have any name, also of a variable.
ROWS = r"""
CREATE FUNCTION @schema@.audit_watch_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp AS $function$
DECLARE
    key text := TG_ARGV[1];
    shown text[] := string_to_array(TG_ARGV[2], ',');
    masked text[] := string_to_array(TG_ARGV[3], ',');
    parents text[] := string_to_array(TG_ARGV[4], ',');
    watched text[] := shown || masked;
    total bigint;
    listed text;
    about text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
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

CREATE FUNCTION @schema@.audit_watch_truncate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp AS $function$
DECLARE
    total bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO total;
    INSERT INTO audit_watching_pending (transaction, model, counts, about, operation, count, rows)
    VALUES (pg_current_xact_id()::text::bigint, TG_ARGV[0], string_to_array(TG_ARGV[5], ','), '{}', 'truncate', total,
        '[]');
    RETURN NULL;
END
$function$;
"""

SETTLING = r"""
CREATE FUNCTION @schema@.audit_watch_settle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp AS $function$
DECLARE
    -- Ids begin with their time: what this transaction wrote is in the newest months. A day allows for the clocks.
    since uuid := (lpad(to_hex((extract(epoch FROM transaction_timestamp() - interval '1 day') * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid;
    client inet := inet_client_addr();
BEGIN
    DELETE FROM audit_watching_pending WHERE id = NEW.id;
    IF EXISTS (
        SELECT FROM audit_auditevent e
        WHERE e.transaction = NEW.transaction AND e.id >= since AND e.target_type = ANY (NEW.counts)
            AND e.outcome <> 'denied' AND e.name <> 'watching.rows.changed'
    ) THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, via, target_type, target_id,
        details, request_id, source)
    VALUES (
        audit_uuid7(), 'watching.rows.changed', 'security', 'success', 'system', left('database:' || session_user, 100),
        left('sql' || coalesce(':' || nullif(current_setting('application_name'), ''), ''), 120), NEW.model,
        CASE WHEN NEW.count = 1 AND NEW.rows LIKE '%"id":"%' THEN left(NEW.rows::jsonb -> 0 ->> 'id', 100) ELSE '' END,
        '{"count":' || NEW.count || ',"model":' || to_json(NEW.model) || ',"operation":' || to_json(NEW.operation)
            || ',"rows":' || NEW.rows || '}',
        '',
        CASE WHEN client IS NULL THEN ''
            ELSE text(network(set_masklen(client, CASE family(client) WHEN 4 THEN 24 ELSE 48 END))) END
    );
    RETURN NULL;
END
$function$;
CREATE CONSTRAINT TRIGGER audit_watch_settle AFTER INSERT ON @schema@.audit_watching_pending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION @schema@.audit_watch_settle();

-- What this transaction has changed of one object so far, for the row that tells of it; each change is given once.
CREATE FUNCTION @schema@.audit_watch_take(target_type text, target_id text)
RETURNS TABLE (model text, operation text, count bigint, rows text) LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp AS $function$
    DELETE FROM audit_watching_pending p
    WHERE p.transaction = pg_current_xact_id_if_assigned()::text::bigint
        AND target_type = ANY (p.counts) AND target_id = ANY (p.about)
    RETURNING p.model, p.operation, p.count, p.rows
$function$;
"""

MONTHS = r"""
-- The one thing that the application may do with the shape of the ledger: make room for months to come.
CREATE FUNCTION @schema@.audit_make_months(ahead integer) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp SET lock_timeout = '3s' AS $function$
DECLARE
    first timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    month timestamp;
    name text;
    low uuid;
    high uuid;
BEGIN
    IF ahead NOT BETWEEN 0 AND 24 THEN
        RAISE EXCEPTION 'modelops: between 0 and 24 months ahead can be made' USING ERRCODE = '22023';
    END IF;
    FOR step IN 0..ahead LOOP
        month := first + make_interval(months => step);
        name := 'audit_auditevent_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass(format('%I.%I', '@plain@', name)) IS NOT NULL;
        low := (lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
        high := (lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid;
        -- Rows that wait in the rest stay there: moving them is a decision, and a finding asks for it.
        CONTINUE WHEN EXISTS (SELECT FROM audit_auditevent_rest WHERE id >= low AND id < high);
        EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.audit_auditevent FOR VALUES FROM (%L) TO (%L)',
            '@plain@', name, '@plain@', low, high);
        EXECUTE format('ALTER TABLE %I.%I ALTER COLUMN name SET STATISTICS 1000', '@plain@', name);
        EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %I.%I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', '@plain@', name);
        RETURN NEXT name;
    END LOOP;
END
$function$;
REVOKE ALL ON FUNCTION @schema@.audit_make_months(integer) FROM PUBLIC;
"""

DROP = """
DROP FUNCTION audit_make_months(integer);
DROP FUNCTION audit_watch_take(text, text);
DROP TABLE audit_watching_pending;
DROP FUNCTION audit_watch_settle();
DROP FUNCTION audit_watch_rows() CASCADE;
DROP FUNCTION audit_watch_truncate() CASCADE;
DROP FUNCTION audit_uuid7();
DROP FUNCTION audit_watch_row(text, jsonb, jsonb, text[], text[]);
DROP FUNCTION audit_watch_value(jsonb);
"""


def create(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), quote_ident(current_schema())")
        plain, quoted = cursor.fetchone()
        for part in (TABLE, TEXTS, ROWS, SETTLING, MONTHS):
            cursor.execute(part.replace("@schema@", quoted).replace("@plain@", plain.replace("'", "''")))


def drop(apps, schema_editor) -> None:
    """Takes the triggers on all watched tables with it."""
    schema_editor.execute(DROP)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("audit", "0003_partitioned")]

    operations = [migrations.RunPython(create, drop)]
