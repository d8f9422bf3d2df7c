"""SQL functions that take the column keys from the session, so that no statement carries a key or a value in clear."""

from django.db import migrations

# Everything that handles a key is an assignment or RETURN of one expression: PostgreSQL evaluates such expressions
# without a statement of their own, so neither auto_explain nor pg_stat_statements ever sees them.
CREATE = r"""
CREATE FUNCTION modelops_session_begin() RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $function$
BEGIN
    -- The answer of a query is never logged: this secret reaches the client and nobody else.
    RETURN set_config('modelops.session_secret', encode(gen_random_bytes(32), 'hex'), false);
END
$function$;

CREATE FUNCTION modelops_session_keys(sealed bytea) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $function$
DECLARE
    secret text := current_setting('modelops.session_secret', true);
    opened text;
    parts text[];
    versions text[];
    item text;
    ignored text;
BEGIN
    IF secret IS NULL OR length(secret) <> 64 THEN
        RAISE EXCEPTION 'modelops: the session has no secret to open its keys with' USING ERRCODE = 'MO001';
    END IF;
    ignored := set_config('modelops.session_secret', '', false);
    BEGIN
        opened := convert_from(
            decrypt_iv(substring(sealed FROM 17), decode(secret, 'hex'), substring(sealed FOR 16), 'aes'), 'UTF8');
        parts := string_to_array(opened, ';');
    EXCEPTION WHEN OTHERS THEN
        RAISE EXCEPTION 'modelops: the keys of the session could not be opened' USING ERRCODE = 'MO001';
    END;
    IF array_length(parts, 1) < 4 THEN
        RAISE EXCEPTION 'modelops: the keys of the session could not be opened' USING ERRCODE = 'MO001';
    END IF;
    versions := string_to_array(coalesce(current_setting('modelops.column_versions', true), ''), ',');
    FOREACH item IN ARRAY versions LOOP
        ignored := set_config('modelops.column_key_' || item, '', false);
    END LOOP;
    versions := ARRAY[]::text[];
    FOREACH item IN ARRAY parts[4:] LOOP
        ignored := set_config('modelops.column_key_' || split_part(item, ':', 1), split_part(item, ':', 2), false);
        versions := versions || split_part(item, ':', 1);
    END LOOP;
    ignored := set_config('modelops.column_versions', array_to_string(versions, ','), false);
    ignored := set_config('modelops.column_active', parts[2], false);
    ignored := set_config('modelops.transport', parts[3], false);
    ignored := set_config('modelops.column_tag', parts[1], false);
END
$function$;

CREATE FUNCTION modelops_seal_plain(plain text, binding text) RETURNS bytea
LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED AS $function$
DECLARE
    version text := current_setting('modelops.column_active', true);
BEGIN
    IF version IS NULL OR version = '' THEN
        RAISE EXCEPTION 'modelops: no key to seal with' USING ERRCODE = 'MO001';
    END IF;
    RETURN modelops_seal_text(
        plain, binding, version::integer, current_setting('modelops.column_key_' || version, true));
END
$function$;

CREATE FUNCTION modelops_seal(carried bytea, binding text) RETURNS bytea
LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED AS $function$
DECLARE
    transport text := current_setting('modelops.transport', true);
BEGIN
    IF carried IS NULL THEN
        RETURN NULL;
    END IF;
    IF transport IS NULL OR length(transport) <> 64 THEN
        RAISE EXCEPTION 'modelops: no key to seal with' USING ERRCODE = 'MO001';
    END IF;
    RETURN modelops_seal_plain(convert_from(
        decrypt_iv(substring(carried FROM 17), decode(transport, 'hex'), substring(carried FOR 16), 'aes'), 'UTF8'
    ), binding);
END
$function$;

CREATE FUNCTION modelops_open(sealed bytea, binding text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $function$
DECLARE
    version bigint;
    key text;
    opened text;
BEGIN
    IF sealed IS NULL THEN
        RETURN NULL;
    END IF;
    IF length(sealed) < 6 OR get_byte(sealed, 0) <> 1 THEN
        RAISE EXCEPTION 'modelops: the value is not sealed in a known format' USING ERRCODE = 'MO003';
    END IF;
    version := get_byte(sealed, 1)::bigint << 24 | get_byte(sealed, 2) << 16 | get_byte(sealed, 3) << 8
        | get_byte(sealed, 4);
    key := current_setting('modelops.column_key_' || version, true);
    IF key IS NULL OR key = '' THEN
        RAISE EXCEPTION 'modelops: the key version of the value is not known' USING ERRCODE = 'MO001';
    END IF;
    BEGIN
        opened := pgp_sym_decrypt(substring(sealed FROM 6), key);
    EXCEPTION WHEN OTHERS THEN
        RAISE EXCEPTION 'modelops: the value could not be opened' USING ERRCODE = 'MO003';
    END;
    IF binding IS NULL OR left(opened, length(binding) + 1) <> binding || E'\n' THEN
        RAISE EXCEPTION 'modelops: the value belongs to another row' USING ERRCODE = 'MO002';
    END IF;
    RETURN substring(opened FROM length(binding) + 2);
END
$function$;

CREATE FUNCTION modelops_reseal(sealed bytea, binding text) RETURNS bytea
LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED AS $function$
BEGIN
    RETURN modelops_seal_plain(modelops_open(sealed, binding), binding);
END
$function$;
"""

DROP = """
DROP FUNCTION modelops_reseal(bytea, text);
DROP FUNCTION modelops_open(bytea, text);
DROP FUNCTION modelops_seal(bytea, text);
DROP FUNCTION modelops_seal_plain(text, text);
DROP FUNCTION modelops_session_keys(bytea);
DROP FUNCTION modelops_session_begin();
"""


class Migration(migrations.Migration):
    dependencies = [("crypto", "0004_model_signing_purpose")]

    operations = [migrations.RunSQL(CREATE, DROP)]
