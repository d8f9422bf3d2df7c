"""pgcrypto and the two SQL functions through which every encrypted column is written and read."""

from django.contrib.postgres.operations import CryptoExtension
from django.db import migrations

# Errors carry codes of our own class (MO), so that the application can tell them from errors of the data.
CREATE = r"""
CREATE FUNCTION modelops_seal_text(plain text, binding text, key_version integer, key text) RETURNS bytea
LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $function$
BEGIN
    IF key IS NULL OR length(key) < 44 OR key_version IS NULL OR key_version < 1 THEN
        RAISE EXCEPTION 'modelops: no key to seal with' USING ERRCODE = 'MO001';
    END IF;
    IF binding IS NULL OR binding = '' OR position(E'\n' in binding) > 0 THEN
        RAISE EXCEPTION 'modelops: no place to bind the value to' USING ERRCODE = 'MO002';
    END IF;
    IF plain IS NULL THEN
        RETURN NULL;
    END IF;
    -- Format 1: one byte, four bytes of key version, then an OpenPGP message of binding, line feed, value.
    RETURN '\x01'::bytea || int4send(key_version)
        || pgp_sym_encrypt(binding || E'\n' || plain, key, 'cipher-algo=aes256, s2k-mode=1, compress-algo=0');
END
$function$;

CREATE FUNCTION modelops_open_text(sealed bytea, binding text, key_versions integer[], keys text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $function$
DECLARE
    version integer;
    place integer;
    opened text;
BEGIN
    IF sealed IS NULL THEN
        RETURN NULL;
    END IF;
    IF length(sealed) < 6 OR get_byte(sealed, 0) <> 1 THEN
        RAISE EXCEPTION 'modelops: the value is not sealed in a known format' USING ERRCODE = 'MO003';
    END IF;
    version := (get_byte(sealed, 1)::bigint << 24 | get_byte(sealed, 2) << 16 | get_byte(sealed, 3) << 8
        | get_byte(sealed, 4))::integer;
    place := array_position(key_versions, version);
    IF place IS NULL OR keys[place] IS NULL THEN
        RAISE EXCEPTION 'modelops: the key version of the value is not known' USING ERRCODE = 'MO001';
    END IF;
    BEGIN
        opened := pgp_sym_decrypt(substring(sealed FROM 6), keys[place]);
    EXCEPTION WHEN OTHERS THEN
        RAISE EXCEPTION 'modelops: the value could not be opened' USING ERRCODE = 'MO003';
    END;
    IF binding IS NULL OR left(opened, length(binding) + 1) <> binding || E'\n' THEN
        RAISE EXCEPTION 'modelops: the value belongs to another row' USING ERRCODE = 'MO002';
    END IF;
    RETURN substring(opened FROM length(binding) + 2);
END
$function$;
"""

DROP = """
DROP FUNCTION modelops_open_text(bytea, text, integer[], text[]);
DROP FUNCTION modelops_seal_text(text, text, integer, text);
"""


class Migration(migrations.Migration):
    dependencies = [("crypto", "0001_initial")]

    operations = [CryptoExtension(), migrations.RunSQL(CREATE, DROP)]
