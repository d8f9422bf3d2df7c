"""The ledger becomes a partitioned table, a month a partition, and takes what its leaves commit to.

Partitions are ranges of the primary key: a UUID of version 7 begins with its time, so that the id alone stays unique
and the newest page reads the newest partition only. ``transaction`` is what the sealer orders rows by. Rows that stand
there move over with their details as they are.
"""

from datetime import UTC, datetime

from django.db import migrations, models

import compliance.audit.canonical
from compliance.audit.partitions import NAMES_KNOWN, create_partition_sql, month_of, next_month

COLUMNS = "id, recorded_at, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details, request_id, source"

CREATE = """
ALTER TABLE audit_auditevent RENAME TO audit_auditevent_before;
CREATE TABLE audit_auditevent (
    id uuid NOT NULL PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    transaction bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    format smallint NOT NULL DEFAULT 1,
    name varchar(100) NOT NULL,
    category varchar(20) NOT NULL,
    outcome varchar(20) NOT NULL,
    actor_kind varchar(20) NOT NULL,
    actor_ref varchar(100) NOT NULL,
    via varchar(120) NOT NULL DEFAULT '',
    target_type varchar(100) NOT NULL,
    target_id varchar(100) NOT NULL,
    target_label varchar(200) NOT NULL DEFAULT '',
    details text NOT NULL,
    request_id varchar(64) NOT NULL,
    source varchar(60) NOT NULL,
    origin bytea NULL,
    personal bytea NULL,
    CONSTRAINT audit_outcome_known_v2 CHECK (outcome IN ('success', 'denied', 'failure')),
    CONSTRAINT audit_actor_known_v2 CHECK (actor_kind IN ('user', 'service', 'system', 'anonymous')),
    CONSTRAINT audit_details_is_object CHECK (jsonb_typeof(details::jsonb) = 'object')
) PARTITION BY RANGE (id);
CREATE TABLE audit_auditevent_rest PARTITION OF audit_auditevent DEFAULT;
"""

MOVE = f"""
INSERT INTO audit_auditevent ({COLUMNS})
    SELECT {
    COLUMNS.replace("outcome", "CASE outcome WHEN 'refused' THEN 'denied' ELSE outcome END").replace(
        "details", "details::text"
    )
}
    FROM audit_auditevent_before ORDER BY id;
DROP TABLE audit_auditevent_before;
"""  # noqa: S608 (constants)

INDEXES = """
CREATE INDEX audit_target ON audit_auditevent (target_type, target_id, id DESC);
CREATE INDEX audit_actor ON audit_auditevent (actor_kind, actor_ref, id DESC);
CREATE INDEX audit_name ON audit_auditevent (name, id DESC);
CREATE INDEX audit_category ON audit_auditevent (category, id DESC);
CREATE INDEX audit_outcome ON audit_auditevent (outcome, id DESC) WHERE outcome <> 'success';
CREATE INDEX audit_request ON audit_auditevent (request_id);
CREATE INDEX audit_source ON audit_auditevent (source, id DESC);
CREATE INDEX audit_transaction ON audit_auditevent (transaction);
"""

# Also of the partitions that are there; those of later months get it when they are made.
STATISTICS = f"ALTER TABLE audit_auditevent ALTER COLUMN name SET STATISTICS {NAMES_KNOWN};"

# Triggers for each row, because those of a statement would not see a change that names a partition.
TRIGGERS = """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_auditevent_rest
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""


def make_partitions(apps, schema_editor) -> None:
    """From the month of the oldest row to the month after the next."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT min(recorded_at) FROM audit_auditevent_before")
        (oldest,) = cursor.fetchone()
        month = month_of(min(oldest or datetime.now(UTC), datetime.now(UTC)))
        last = next_month(next_month(month_of(datetime.now(UTC))))
        while month <= last:
            cursor.execute(create_partition_sql(month))
            month = next_month(month)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(CREATE),
                migrations.RunPython(make_partitions),
                migrations.RunSQL(MOVE),
                migrations.RunSQL(INDEXES + STATISTICS + TRIGGERS),
            ],
            state_operations=[
                migrations.RemoveConstraint("auditevent", "audit_outcome_known"),
                migrations.RemoveConstraint("auditevent", "audit_actor_known"),
                migrations.RemoveIndex("auditevent", "audit_outcome"),
                migrations.AddField(
                    "auditevent",
                    "transaction",
                    models.BigIntegerField(db_default=compliance.audit.partitions.CurrentTransaction(), editable=False),
                ),
                migrations.AddField("auditevent", "format", models.SmallIntegerField(db_default=1, editable=False)),
                migrations.AddField("auditevent", "via", models.CharField(db_default="", max_length=120)),
                migrations.AddField("auditevent", "target_label", models.CharField(db_default="", max_length=200)),
                migrations.AddField("auditevent", "origin", models.BinaryField(editable=True, null=True)),
                migrations.AddField("auditevent", "personal", models.BinaryField(editable=True, null=True)),
                migrations.AlterField(
                    "auditevent", "details", compliance.audit.canonical.CanonicalJSONField(default=dict)
                ),
                migrations.AlterField(
                    "auditevent",
                    "outcome",
                    models.CharField(
                        choices=[("success", "Success"), ("denied", "Denied"), ("failure", "Failure")], max_length=20
                    ),
                ),
                migrations.AddIndex("auditevent", models.Index(fields=["source", "-id"], name="audit_source")),
                migrations.AddIndex("auditevent", models.Index(fields=["transaction"], name="audit_transaction")),
                migrations.AddIndex(
                    "auditevent",
                    models.Index(
                        fields=["outcome", "-id"], name="audit_outcome", condition=~models.Q(outcome="success")
                    ),
                ),
                migrations.AddConstraint(
                    "auditevent",
                    models.CheckConstraint(
                        condition=models.Q(outcome__in=["success", "denied", "failure"]), name="audit_outcome_known_v2"
                    ),
                ),
                migrations.AddConstraint(
                    "auditevent",
                    models.CheckConstraint(
                        condition=models.Q(actor_kind__in=["user", "service", "system", "anonymous"]),
                        name="audit_actor_known_v2",
                    ),
                ),
            ],
        ),
    ]
