"""What looks at the ledger at the end of a watched change does so in one statement, which opens the month that it was
written in and none to come; what waits needs one index, not two."""

from django.db import migrations

FUNCTION = r"""
CREATE OR REPLACE FUNCTION @schema@.audit_watch_settle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp SET enable_seqscan = off AS $function$
DECLARE
    -- Ids begin with their time, which says in what months this transaction wrote. A day allows for the clocks.
    since uuid := (lpad(to_hex((extract(epoch FROM transaction_timestamp() - interval '1 day') * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid;
    until uuid := (lpad(to_hex((extract(epoch FROM clock_timestamp() + interval '1 day') * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid;
    client inet;
    told boolean;
BEGIN
    WITH gone AS (DELETE FROM audit_watching_pending p WHERE p.transaction = NEW.transaction AND p.id = NEW.id)
    SELECT EXISTS (
        SELECT FROM audit_auditevent e
        -- Its number is asked for in three ways that say the same: of a ledger whose statistics are of a few rows,
        -- PostgreSQL would rather read all ids since yesterday; so it would of a plain lower and upper bound.
        WHERE e.transaction = NEW.transaction AND e.transaction >= NEW.transaction AND e.transaction <= NEW.transaction
            AND e.id >= since AND e.id < ANY (ARRAY[until]) AND e.target_type = ANY (NEW.counts)
            AND e.outcome <> 'denied' AND e.name <> 'watching.rows.changed'
    ) INTO told;
    IF told THEN
        RETURN NULL;
    END IF;
    client := inet_client_addr();
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
"""

ONE_INDEX = """
CREATE INDEX audit_watching_pending_once ON @schema@.audit_watching_pending (transaction, id);
ALTER TABLE @schema@.audit_watching_pending DROP CONSTRAINT audit_watching_pending_pkey;
DROP INDEX @schema@.audit_watching_transaction;
"""

TWO_INDEXES = """
ALTER TABLE @schema@.audit_watching_pending ADD PRIMARY KEY (id);
CREATE INDEX audit_watching_transaction ON @schema@.audit_watching_pending (transaction);
DROP INDEX @schema@.audit_watching_pending_once;
"""


def at_once(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    _run(schema_editor, FUNCTION + ONE_INDEX)


def as_before(apps, schema_editor) -> None:
    """The function may stay: it decides what the one before did."""
    _run(schema_editor, TWO_INDEXES)


def _run(schema_editor, statements: str) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(statements.replace("@schema@", schema))


class Migration(migrations.Migration):
    dependencies = [("audit_watching", "0007_functions_of_tables")]

    operations = [migrations.RunPython(at_once, as_before)]
