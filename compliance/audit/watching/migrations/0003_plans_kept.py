"""The two functions that run for every watched row keep their plans.

PostgreSQL reads and plans a function in SQL anew in every statement that calls it, where it cannot put the body in
its place; of one in PL/pgSQL a connection keeps the plan. What they give is the same, letter for letter, so that going
back to the version before leaves them as they are.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION @schema@.audit_watch_row(id text, before jsonb, after jsonb, shown text[], masked text[])
RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $function$
BEGIN
    RETURN (
        SELECT '{"changes":{'
            || coalesce(pg_catalog.string_agg(
                pg_catalog.to_json(name)::text || ':' || said, ',' ORDER BY name COLLATE "C"), '')
            || '},"id":' || coalesce(pg_catalog.to_json(id)::text, 'null') || '}'
        FROM (
            SELECT c AS name, '[' || @schema@.audit_watch_value(before -> c) || ','
                || @schema@.audit_watch_value(after -> c) || ']' AS said
            FROM pg_catalog.unnest(shown) c
            WHERE coalesce(before -> c, 'null') IS DISTINCT FROM coalesce(after -> c, 'null')
            UNION ALL
            SELECT c, '"changed"' FROM pg_catalog.unnest(masked) c
            WHERE before IS NOT NULL AND after IS NOT NULL AND before -> c IS DISTINCT FROM after -> c
        ) columns
    );
END
$function$;

CREATE OR REPLACE FUNCTION @schema@.audit_watch_take(target_type text, target_id text)
RETURNS TABLE (model text, operation text, count bigint, rows text) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY DELETE FROM audit_watching_pending p
    WHERE p.transaction = pg_current_xact_id_if_assigned()::text::bigint
        AND target_type = ANY (p.counts) AND target_id = ANY (p.about)
    RETURNING p.model, p.operation, p.count, p.rows;
END
$function$;
"""


def keep_plans(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(FUNCTIONS.replace("@schema@", schema))


class Migration(migrations.Migration):
    dependencies = [("audit_watching", "0002_searching")]

    operations = [migrations.RunPython(keep_plans, migrations.RunPython.noop)]
