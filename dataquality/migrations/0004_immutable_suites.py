"""What a run found of each rule never changes either, and no version of a suite does."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION dataquality_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - TG_ARGV) IS DISTINCT FROM (to_jsonb(NEW) - TG_ARGV) THEN
        RAISE EXCEPTION '% cannot be changed; write a new version instead.', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("dataquality", "0003_rule_suites")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION dataquality_refuse_rewriting()"),
        migrations.RunSQL(
            "CREATE TRIGGER dataquality_qualityrun_outcomes BEFORE UPDATE ON dataquality_qualityrun "
            "FOR EACH ROW WHEN (OLD.state <> 'queued') EXECUTE FUNCTION dataquality_refuse_change('outcomes')",
            "DROP TRIGGER dataquality_qualityrun_outcomes ON dataquality_qualityrun",
        ),
        # The account may be forgotten and the encrypted rules wrapped anew when keys rotate; the digest holds them.
        migrations.RunSQL(
            "CREATE TRIGGER dataquality_rulesuiteversion_immutable BEFORE UPDATE ON dataquality_rulesuiteversion "
            "FOR EACH ROW EXECUTE FUNCTION dataquality_refuse_rewriting('created_by_id', 'document')",
            "DROP TRIGGER dataquality_rulesuiteversion_immutable ON dataquality_rulesuiteversion",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER dataquality_rulesnooze_immutable BEFORE UPDATE ON dataquality_rulesnooze "
            "FOR EACH ROW EXECUTE FUNCTION dataquality_refuse_rewriting('created_by_id')",
            "DROP TRIGGER dataquality_rulesnooze_immutable ON dataquality_rulesnooze",
        ),
    ]
