"""Names, owners and ages of keys, and their life as a rule of the database itself."""

from django.db import migrations, models

NAMES = """
UPDATE crypto_keyversion SET name = purpose || '-' || version;
UPDATE crypto_keyversion SET wrapped = ''::bytea WHERE state = 'destroyed';
"""

# The pairs are those of modelops.crypto.states.LEADS_TO.
GUARD = """
CREATE FUNCTION crypto_guard_key() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Keys are not deleted: a destroyed key stays as a tombstone.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.name = '' THEN
        NEW.name := NEW.purpose || '-' || NEW.version;
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF OLD.state = 'destroyed' THEN
        RAISE EXCEPTION 'The key % is destroyed; its row does not change any more.', OLD.name
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.id, NEW.name, NEW.purpose, NEW.version, NEW.created_at)
            IS DISTINCT FROM (OLD.id, OLD.name, OLD.purpose, OLD.version, OLD.created_at)
            OR (OLD.fingerprint <> '' AND NEW.fingerprint <> OLD.fingerprint) THEN
        RAISE EXCEPTION 'Id, name, purpose, version and fingerprint of the key % are fixed.', OLD.name
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'pending>active', 'pending>compromised', 'pending>destroyed',
        'active>decrypt_only', 'active>suspended', 'active>compromised',
        'decrypt_only>suspended', 'decrypt_only>compromised', 'decrypt_only>destroyed',
        'suspended>active', 'suspended>decrypt_only', 'suspended>compromised', 'suspended>destroyed',
        'compromised>destroyed'
    ]) THEN
        RAISE EXCEPTION 'The key % cannot go from % to %.', OLD.name, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$function$;
CREATE TRIGGER crypto_keyversion_guard BEFORE INSERT OR UPDATE OR DELETE ON crypto_keyversion
    FOR EACH ROW EXECUTE FUNCTION crypto_guard_key();
"""
UNGUARD = """
DROP TRIGGER crypto_keyversion_guard ON crypto_keyversion;
DROP FUNCTION crypto_guard_key();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crypto", "0002_column_functions"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="keyversion",
            name="crypto_key_state_known",
        ),
        migrations.AddField(
            model_name="keyversion",
            name="destroy_after",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="keyversion",
            name="destroyed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="keyversion",
            name="fingerprint",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name="keyversion",
            name="max_age_days",
            field=models.PositiveIntegerField(
                default=90, help_text="An active key older than this is a finding and raises an alert."
            ),
        ),
        migrations.AddField(
            model_name="keyversion",
            name="name",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.RunSQL(NAMES, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="keyversion",
            name="name",
            field=models.CharField(blank=True, default="", max_length=100, unique=True),
        ),
        migrations.AddField(
            model_name="keyversion",
            name="owner",
            field=models.CharField(
                blank=True,
                default="",
                help_text="The team or role that answers for the key; no person's name.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="keyversion",
            name="retired_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="keyversion",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("active", "Active"),
                    ("decrypt_only", "Decrypt only"),
                    ("suspended", "Suspended"),
                    ("compromised", "Compromised"),
                    ("destroyed", "Destroyed"),
                ],
                default="pending",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="keyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["pending", "active", "decrypt_only", "suspended", "compromised", "destroyed"])
                ),
                name="crypto_key_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_age_days__gte", 1)), name="crypto_key_max_age_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "destroyed"), ("wrapped", b"")),
                    models.Q(
                        models.Q(("state", "destroyed"), _negated=True), models.Q(("wrapped", b""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="crypto_key_destroyed_means_wiped",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
