"""What the application's role cannot do, whatever runs in its processes."""

from contextlib import nullcontext

import psycopg
import pytest
from django.db import transaction

from compliance.audit import Actor, define, record
from compliance.audit.models import AuditEvent
from compliance.audit.partitions import month_of

from .conftest import Connect

TOUCHED = define("tests.roles.touched", "touched it", category="system", ocsf="entity.other")
REFUSED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def event(transactional_db: None) -> AuditEvent:
    with transaction.atomic():
        record(TOUCHED, ("tests.thing", "1"), actor=Actor.system("tests"))
    return AuditEvent.objects.get(name=TOUCHED.name)


BEYOND_THE_APPLICATION = [
    "UPDATE audit_auditevent SET outcome = 'failure'",
    "DELETE FROM audit_auditevent",
    "TRUNCATE audit_auditevent",
    "DROP TABLE audit_auditevent",
    "ALTER TABLE audit_auditevent DISABLE TRIGGER audit_append_only",
    "ALTER TABLE audit_auditevent DISABLE TRIGGER ALL",
    "ALTER TABLE audit_auditevent DETACH PARTITION {month}",
    "ALTER TABLE audit_auditevent ALTER COLUMN recorded_at SET DEFAULT '2001-01-01'",
    "UPDATE {month} SET outcome = 'failure'",
    "DELETE FROM {month}",
    "INSERT INTO {month} SELECT * FROM {month}",
    "TRUNCATE {month}",
    "DROP TABLE {month}",
    "ALTER TABLE {month} DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "DROP TRIGGER audit_append_only ON audit_auditevent",
    "DROP FUNCTION audit_refuse_change() CASCADE",
    "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE RULE nothing AS ON INSERT TO audit_auditevent DO INSTEAD NOTHING",
    "CREATE TABLE mine (id integer)",
    "CREATE SCHEMA mine",
    "ALTER TABLE audit_auditevent OWNER TO modelops",
    "SET ROLE modelops_owner",
    "INSERT INTO audit_sealing_leaf (seq, event_id, hash) VALUES (0, gen_random_uuid(), '')",
    "UPDATE audit_sealing_checkpoint SET size = 0",
    "DELETE FROM audit_sealing_seal",
    "UPDATE audit_sealing_checkpointkey SET public_key = ''",
    "DELETE FROM audit_watching_pending",
    "ALTER TABLE accounts_user DISABLE TRIGGER audit_watch_update",
    "DELETE FROM django_migrations",
]


def test_the_application_cannot_change_the_ledger(connect: Connect, event: AuditEvent) -> None:
    """S3-24: neither rows nor what guards them, nor what the sealer wrote."""
    month = f"audit_auditevent_{month_of(event.recorded_at):%Y_%m}"
    link = connect("application")
    for statement in BEYOND_THE_APPLICATION:
        with pytest.raises(REFUSED):
            link.execute(statement.format(month=month))
    assert AuditEvent.objects.get(pk=event.pk).outcome == "success"


def test_the_application_adds_and_reads(connect: Connect, event: AuditEvent) -> None:
    """S3-24: what it may do with the ledger, beside what it may not."""
    link = connect("application")
    link.execute(
        "INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, target_type, target_id,"
        " details, request_id, source) SELECT gen_random_uuid(), name, category, outcome, actor_kind, actor_ref,"
        " target_type, target_id, details, request_id, source FROM audit_auditevent WHERE id = %s",
        [event.pk],
    )
    assert AuditEvent.objects.filter(name=TOUCHED.name).count() == 2
    assert link.execute("SELECT count(*) FROM audit_sealing_leaf").fetchone() == (0,)
    link.execute("UPDATE auth_group SET name = name")


OF_THE_SEALER = [
    ("SELECT count(*) FROM audit_auditevent", True),
    ("INSERT INTO audit_sealing_leaf (seq, event_id, hash) VALUES (0, gen_random_uuid(), '')", True),
    ("SELECT 1 FROM audit_sealing_leaf", True),
    ("UPDATE audit_auditevent SET outcome = 'failure'", False),
    ("SELECT 1 FROM accounts_user", False),
    ("SELECT 1 FROM crypto_keyversion", False),
    ("SELECT 1 FROM audit_personal_payload", False),
    ("DELETE FROM audit_sealing_leaf", False),
    ("TRUNCATE audit_sealing_leaf", False),
]


def test_the_sealer_reads_events_and_writes_seals_alone(connect: Connect) -> None:
    """S3-24: whoever takes over the sealer can neither read accounts nor change an event; its own acts it records."""
    link = connect("sealer")
    for statement, allowed in OF_THE_SEALER:
        with nullcontext() if allowed else pytest.raises(REFUSED):
            link.execute(statement)


def test_not_even_the_owner_changes_a_row_without_taking_the_triggers_off(connect: Connect, event: AuditEvent) -> None:
    """S3-24: an accident in a migration or in psql is refused."""
    link = connect("owner")
    for statement in ("UPDATE audit_auditevent SET outcome = 'failure'", "DELETE FROM audit_auditevent"):
        with pytest.raises(psycopg.Error, match="append-only"):
            link.execute(statement)
    assert AuditEvent.objects.get(pk=event.pk).outcome == "success"
