"""Months of the ledger: made ahead by the application, which may do nothing else with its shape."""

import datetime as dt

import psycopg
import pytest
from django.db import connection

from compliance.audit import event_classes
from compliance.audit.partitions import NAMES_KNOWN, TABLE, create_partition_sql, month_of
from compliance.audit.watching import months, posture
from compliance.ledger_desk.months import AHEAD, make_months
from modelops.lib.ids import first_id_at

from .conftest import Connect

INSERT = (
    f"INSERT INTO {TABLE} (id, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details,"
    " request_id, source) VALUES (%s, 'a.b.c', 'system', 'success', 'system', 'x', '', '', '{}', '', '')"
)


@pytest.mark.django_db
def test_months_to_come_are_made_and_missing_ones_are_a_finding() -> None:
    """S3-23: by the schedule's task; a new month has what guards the others."""
    now = dt.datetime.now(dt.UTC)
    last = month_of(month_of(now) + dt.timedelta(days=31 * AHEAD + 1))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}_{last:%Y_%m}")
        assert f"{TABLE}_{last:%Y_%m}" in make_months()
        assert make_months() == []
        assert posture.in_months().passed
        cursor.execute(INSERT, [first_id_at(last)])
        cursor.execute(f"SELECT count(*) FROM {TABLE}_{last:%Y_%m}")
        assert cursor.fetchone() == (1,)
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'audit_%%'",
            [f"{TABLE}_{last:%Y_%m}"],
        )
        assert cursor.fetchone() == (2,)
        cursor.execute("SELECT has_table_privilege('modelops', %s, 'INSERT')", [f"{TABLE}_{last:%Y_%m}"])
        assert cursor.fetchone() == (False,)
        assert months.missing(now + dt.timedelta(days=400))


@pytest.mark.django_db
def test_the_planner_knows_every_name_of_an_event() -> None:
    """S3-23: in each month, also one that is made later: else a rare event would be looked for in the newest rows."""
    later = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)
    with connection.cursor() as cursor:
        make_months()
        cursor.execute(create_partition_sql(later))
        cursor.execute(
            "SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'name' AND attstattarget = 1000"
            f" AND (attrelid = '{TABLE}'::regclass OR attrelid IN"
            f" (SELECT inhrelid FROM pg_inherits WHERE inhparent = '{TABLE}'::regclass))"
        )
        known = {table for (table,) in cursor.fetchall()}
    assert known == {TABLE, f"{TABLE}_rest", f"{TABLE}_2090_01", *months.months()}
    assert len(event_classes()) < NAMES_KNOWN


@pytest.mark.django_db
def test_rows_of_no_month_are_a_finding_and_are_not_moved() -> None:
    """S3-23: a clock that was wrong; nothing is moved silently."""
    far = dt.datetime(2001, 1, 15, tzinfo=dt.UTC)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [first_id_at(far)])
    [finding] = posture.in_months().findings
    assert finding.key == "strays"
    assert months.strays() == 1
    make_months()
    assert months.strays() == 1


def test_the_application_makes_months_and_nothing_else(connect: Connect) -> None:
    """S3-24: one function with the owner's rights, within bounds; the sealer has not even that."""
    link = connect("application")
    link.execute("SELECT audit_make_months(1)")
    for wrong in (-1, 25):
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            link.execute("SELECT audit_make_months(%s)", [wrong])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("sealer").execute("SELECT audit_make_months(1)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        link.execute("CREATE FUNCTION audit_make_months(text) RETURNS void LANGUAGE sql AS ''")
