"""The one way in which rows of the ledger go: a function that drops a whole month whose time is over.

It has the owner's rights, for nobody else may take anything from the ledger, and it believes nobody: that two people
approved the period, that no hold stands, that a year and the policy's period have passed, that every row is sealed
under a signed checkpoint which lies outside the database, and that every receiver has its rows, it looks up itself.
"""

from django.db import migrations

FUNCTION = r"""
CREATE FUNCTION @schema@.audit_purge_month(which text, days integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, @schema@, pg_temp SET lock_timeout = '5s' AS $function$
DECLARE
    name text := 'audit_auditevent_' || replace(which, '-', '_');
    low uuid;
    high uuid;
    policy record;
    counted bigint;
    sealed bigint;
    leaves bigint;
    seq_first bigint;
    seq_last bigint;
    head record;
    behind text;
BEGIN
    IF which !~ '^[0-9]{4}-(0[1-9]|1[0-2])$' OR to_regclass(format('%I.%I', '@plain@', name)) IS NULL THEN
        RAISE EXCEPTION 'modelops: the ledger has no month %', which USING ERRCODE = 'MO011';
    END IF;
    SELECT * INTO policy FROM retention_retentionpolicy p WHERE p.data_class = 'logs' FOR SHARE;
    IF NOT FOUND OR policy.held_at IS NOT NULL OR policy.action <> 'delete' THEN
        RAISE EXCEPTION 'modelops: logs are on legal hold or have no period' USING ERRCODE = 'MO012';
    END IF;
    IF NOT EXISTS (
        SELECT FROM retention_policychange c WHERE c.policy_id = policy.id AND c.state = 'approved'
            AND c.second_ref <> '' AND c.second_ref <> c.actor_ref AND c.days <= policy.days
    ) THEN
        RAISE EXCEPTION 'modelops: no two people have approved how long logs are kept' USING ERRCODE = 'MO013';
    END IF;
    IF (to_date(which, 'YYYY-MM') + interval '1 month') AT TIME ZONE 'UTC'
            + make_interval(days => greatest(days, policy.days, 365)) > now() THEN
        RAISE EXCEPTION 'modelops: % is younger than logs are kept', which USING ERRCODE = 'MO014';
    END IF;
    low := (lpad(to_hex((extract(epoch FROM to_date(which, 'YYYY-MM')::timestamp) * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid;
    high := (lpad(to_hex((extract(epoch FROM to_date(which, 'YYYY-MM')::timestamp + interval '1 month') * 1000)::bigint),
        12, '0') || repeat('0', 20))::uuid;
    -- Nothing may come into the month between the count and its end.
    EXECUTE format('LOCK TABLE %I.%I IN SHARE MODE', '@plain@', name);
    EXECUTE format('SELECT count(*), count(l.seq), min(l.seq), max(l.seq) FROM %I.%I e'
        ' LEFT JOIN audit_sealing_leaf l ON l.event_id = e.id', '@plain@', name)
        INTO counted, sealed, seq_first, seq_last;
    SELECT count(*) INTO leaves FROM audit_sealing_leaf l WHERE l.event_id >= low AND l.event_id < high;
    IF counted <> sealed OR counted <> leaves THEN
        RAISE EXCEPTION 'modelops: % has % rows of which % are sealed, and the tree % of it', which, counted, sealed,
            leaves USING ERRCODE = 'MO015';
    END IF;
    IF counted > 0 THEN
        SELECT c.size, c.note INTO head FROM audit_sealing_checkpoint c
            JOIN audit_sealing_anchoring a ON a.checkpoint_id = c.id AND a.state = 'done'
            WHERE c.size > seq_last ORDER BY c.size, c.id LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'modelops: no signed checkpoint outside the database covers %', which
                USING ERRCODE = 'MO016';
        END IF;
        SELECT r.name INTO behind FROM audit_streaming_receiver r WHERE r.cursor <= seq_last LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'modelops: the receiver % has not taken all rows of %', behind, which
                USING ERRCODE = 'MO017';
        END IF;
        INSERT INTO audit_sealing_purgedmonth (month, first_id, until_id, rows, first_seq, last_seq, size, note)
            VALUES (which, low, high, counted, seq_first, seq_last, head.size, head.note);
    END IF;
    DELETE FROM audit_watching_rowwords w WHERE w.event_id >= low AND w.event_id < high;
    DELETE FROM audit_personal_payload p WHERE p.event_id >= low AND p.event_id < high;
    EXECUTE format('DROP TABLE %I.%I', '@plain@', name);
    RETURN counted;
END
$function$;
REVOKE ALL ON FUNCTION @schema@.audit_purge_month(text, integer) FROM PUBLIC;
"""


def create(apps, schema_editor) -> None:
    """In the schema of this installation: a function with the owner's rights must not look for names elsewhere."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (plain,) = cursor.fetchone()
        quoted = schema_editor.quote_name(plain)
        cursor.execute(FUNCTION.replace("@schema@", quoted).replace("@plain@", plain.replace("'", "''")))


def drop(apps, schema_editor) -> None:
    schema_editor.execute("DROP FUNCTION audit_purge_month(text, integer)")


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0003_known_class"),
        ("audit", "0003_partitioned"),
        ("audit_sealing", "0005_purged_months"),
        ("audit_streaming", "0001_receivers"),
        ("audit_watching", "0003_plans_kept"),
        ("audit_personal", "0001_keys_and_payloads"),
    ]

    operations = [migrations.RunPython(create, drop)]
