"""Results are facts: the database itself refuses to change a run that has ended, or anything that a run found."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION dataquality_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    fixed text;
BEGIN
    FOREACH fixed IN ARRAY TG_ARGV LOOP
        IF before -> fixed IS DISTINCT FROM after -> fixed THEN
            RAISE EXCEPTION '%.% of a finished run cannot be changed; start a new run instead.', TG_TABLE_NAME, fixed
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END
$$
"""

# What may change is left out: links to the job and to the account (either may be removed) and the wrapping of
# encrypted columns (rotation of keys).
RUN = [
    "id", "dataset_version_id", "state", "score", "dimensions", "issue_count", "failure", "created_at", "finished_at",
]  # fmt: skip
ISSUE = [
    "id", "run_id", "position", "dimension", "rule", "column", "severity", "count", "of", "deduction", "message",
    "first_rows",
]  # fmt: skip


def quoted(columns: list[str]) -> str:
    """The columns as arguments of a trigger."""
    return ", ".join(f"'{column}'" for column in columns)


class Migration(migrations.Migration):
    dependencies = [("dataquality", "0001_runs")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION dataquality_refuse_change()"),
        migrations.RunSQL(
            "CREATE TRIGGER dataquality_qualityrun_immutable BEFORE UPDATE ON dataquality_qualityrun "
            f"FOR EACH ROW WHEN (OLD.state <> 'queued') EXECUTE FUNCTION dataquality_refuse_change({quoted(RUN)})",
            "DROP TRIGGER dataquality_qualityrun_immutable ON dataquality_qualityrun",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER dataquality_qualityissue_immutable BEFORE UPDATE ON dataquality_qualityissue "
            f"FOR EACH ROW EXECUTE FUNCTION dataquality_refuse_change({quoted(ISSUE)})",
            "DROP TRIGGER dataquality_qualityissue_immutable ON dataquality_qualityissue",
        ),
    ]
