"""What is looked up at the end of a watched change does not cost more as the tables grow."""

import pytest
from django.db import connection, transaction

from accounts.audit_events import USER_DEACTIVATED
from accounts.models import User
from compliance.audit import Actor, record
from compliance.audit.models import AuditEvent

READ = (
    "SELECT sum(seq_scan), sum(seq_tup_read), sum(idx_scan), sum(idx_tup_fetch) FROM pg_stat_xact_user_tables"
    " WHERE relname LIKE 'audit\\_auditevent%%' OR relname = 'audit_watching_pending'"
)


@pytest.mark.parametrize("told", [True, False])
def test_neither_the_ledger_nor_what_waits_is_read_from_end_to_end(told: bool, transactional_db: None) -> None:
    """S4-93, S4-85: with tables so small that the planner would read all of them; such plans are kept as they grow."""
    user = User.objects.create_user(username="probe", email="probe@example.org", password=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_auditevent, audit_watching_pending")
        for _ in range(50):  # of today: between the bounds of the ids that are looked at
            with transaction.atomic():
                record(USER_DEACTIVATED, user, actor=Actor.system("tests"))
        before = AuditEvent.objects.filter(name="watching.rows.changed").count()
        with transaction.atomic():
            cursor.execute(READ)
            seq, tuples, by_index, fetched = cursor.fetchone()
            User.objects.filter(pk=user.pk).update(is_superuser=True)
            if told:
                record(USER_DEACTIVATED, user, actor=Actor.system("tests"))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(READ)
            after = cursor.fetchone()
    assert after[:2] == (seq, tuples)
    assert after[2] > by_index
    assert after[3] - fetched < 10
    assert AuditEvent.objects.filter(name="watching.rows.changed").count() - before == (not told)


def test_months_to_come_are_not_opened(transactional_db: None) -> None:
    """S4-93: the ledger is asked in the months that this transaction can have written in; a day is for the clocks."""
    user = User.objects.create_user(username="probe", email="probe@example.org", password=None)
    asked = "SELECT relname, idx_scan FROM pg_stat_xact_user_tables WHERE relname LIKE 'audit\\_auditevent\\_%%'"
    with connection.cursor() as cursor:
        for _ in range(8):  # also by the plan that a connection keeps
            with transaction.atomic():
                cursor.execute(asked)
                before = dict(cursor.fetchall())
                User.objects.filter(pk=user.pk).update(is_superuser=True)
                User.objects.filter(pk=user.pk).update(is_superuser=False)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(asked)
                after = dict(cursor.fetchall())
            opened = {name for name, count in after.items() if count != before.get(name)}
            assert 1 <= len(opened) <= 2
            assert "audit_auditevent_rest" not in opened
