"""Changes past the services: whoever makes them, and however, the database itself writes one row of the ledger."""

import json

import psycopg
import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction

from accounts.models import User
from accounts.services import deactivate
from compliance.audit import Actor
from compliance.audit.leaf import LEAF_SQL, leaf_text
from compliance.audit.models import AuditEvent
from compliance.audit.watching import triggers
from modelops.jobs.models import ScheduleEntry
from tests.audit.roles.conftest import Connect, connect  # noqa: F401  a fixture

NAME = "watching.rows.changed"


def rows() -> list[AuditEvent]:
    """What the database wrote by itself, oldest first."""
    return list(AuditEvent.objects.filter(name=NAME).order_by("id"))


@pytest.fixture
def account(transactional_db: None) -> User:
    user = User.objects.create_user(username="probe", email="probe@example.org", password=None)
    _forget()
    return user


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_auditevent")


def test_raw_sql_makes_one_row_with_what_was_and_is(connect: Connect, account: User) -> None:  # noqa: F811
    """S4-93, S4-85: values before and after; what names a person or is secret stands as "changed"."""
    for role, name in (("application", "modelops"), ("owner", "modelops_owner")):
        User.objects.filter(pk=account.pk).update(is_superuser=False, username="probe", email="", password="")
        _forget()
        link = connect(role)
        link.execute("SET application_name = 'psql'")
        link.execute(
            "UPDATE accounts_user SET is_superuser = true, username = 'other', email = 'x@example.org',"
            " password = 'secret', last_login = now() WHERE id = %s",
            [account.pk],
        )
        [row] = rows()
        masked = dict.fromkeys(("username", "email", "password"), "changed")
        assert row.details == {
            "operation": "update",
            "count": 1,
            "model": "accounts.user",
            "rows": [{"id": str(account.pk), "changes": {"is_superuser": [False, True], **masked}}],
        }
        assert (row.actor_kind, row.actor_ref, row.via) == ("system", f"database:{name}", "sql:psql")
        assert (row.target_type, row.target_id, row.category) == ("accounts.user", str(account.pk), "security")
        for secret in ("probe", "other", "example.org", "secret"):
            assert secret not in json.dumps(row.details)


def test_a_bulk_change_is_one_row_with_a_count(account: User) -> None:
    """S4-93: one statement, one row, whatever the number of rows; the first ten stand in it."""
    User.objects.bulk_create(User(username=f"bulk{n}", is_active=False) for n in range(25))
    User.objects.filter(username__startswith="bulk").update(is_active=True)
    User.objects.filter(username__startswith="bulk").update(last_login="2026-01-01T00:00Z")  # not watched
    User.objects.filter(username="nobody").update(is_active=True)  # changes nothing
    User.objects.filter(username__startswith="bulk").update(is_active=True)  # as it was
    added, changed = rows()
    assert (added.details["operation"], added.details["count"], len(added.details["rows"])) == ("insert", 25, 10)
    assert (changed.details["operation"], changed.details["count"]) == ("update", 25)
    assert {str(one["changes"]) for one in changed.details["rows"]} == {"{'is_active': [False, True]}"}


STATEMENTS = [
    ("DELETE FROM accounts_user_groups", ("accounts.user_groups", "delete", 1)),
    (
        "UPDATE auth_group SET name = 'Ü \"' || chr(1) || '\\ ' || chr(8232) WHERE name = 'p'",
        ("auth.group", "update", 1),
    ),
    ("INSERT INTO auth_group (name) VALUES ('a'), ('b')", ("auth.group", "insert", 2)),
    ("DELETE FROM auth_group_permissions", ("auth.group_permissions", "delete", 3)),
    ("UPDATE jobs_scheduleentry SET every_s = 99 WHERE task = 'tests.probe'", ("jobs.scheduleentry", "update", 1)),
    (
        "MERGE INTO auth_group g USING (VALUES ('a')) v(n) ON g.name = v.n WHEN MATCHED THEN UPDATE SET name = 'm'",
        ("auth.group", "update", 1),
    ),
]


def test_one_row_is_told_in_the_words_of_several(account: User) -> None:
    """S4-93: a statement that changes one row takes a shorter way than one that changes two, and says the same."""
    other = User.objects.create_user(username="beside", email="", password=None)
    said = []
    for keys in ([account.pk], [account.pk, other.pk]):
        User.objects.filter(pk=account.pk).update(is_superuser=False, username="probe")
        _forget()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE accounts_user SET is_superuser = true, username = 'ü\"' || username WHERE id = ANY(%s)", [keys]
            )
        [row] = rows()
        said.append([each for each in row.details["rows"] if each["id"] == str(account.pk)])
    assert said[0] == said[1] != []


def test_a_statement_that_changes_nothing_leaves_no_row(account: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET username = username WHERE id = %s", [account.pk])
        cursor.execute("UPDATE accounts_user SET username = 'none' WHERE username = 'nobody of this name'")
        cursor.execute("DELETE FROM accounts_user WHERE username = 'nobody of this name'")
    assert rows() == []


def test_every_kind_of_statement_is_seen(connect: Connect, account: User) -> None:  # noqa: F811
    """S4-93: memberships, roles and schedules, by insert, update, delete and merge; the text is what is hashed."""
    Group.objects.all().delete()
    group = Group.objects.create(name="p")
    account.groups.add(group)
    group.permissions.add(*Permission.objects.all()[:3])
    ScheduleEntry.objects.create(task="tests.probe", label="Probe", every_s=60, next_due_at="2026-01-01T00:00Z")
    link = connect("application")
    for statement, expected in STATEMENTS:
        _forget()
        link.execute(statement)
        [row] = rows()
        assert (row.details["model"], row.details["operation"], row.details["count"]) == expected
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {LEAF_SQL} FROM audit_auditevent e WHERE id = %s", [row.pk])
            assert cursor.fetchone()[0] == leaf_text(row)


@pytest.mark.django_db
def test_columns_may_have_any_name() -> None:
    """S4-93: also one that the function behind the triggers uses for itself."""
    names = ("key", "r", "j", "n", "o", "id", "watched", "total", "listed", "about", "shown", "masked", "changed")
    odd = triggers.Watched("tests_odd", "tests.odd", "number", names, (), ("key",), ("tests.odd",))
    with connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in names)
        cursor.execute(f"CREATE TABLE tests_odd (number integer PRIMARY KEY, {columns})")
        triggers._put(cursor, odd)
        cursor.execute(f"INSERT INTO tests_odd VALUES (7{', %s' * len(names)})", ["a"] * len(names))
        cursor.execute(f"UPDATE tests_odd SET {', '.join(f'{name} = %s' for name in names)}", ["b"] * len(names))
        cursor.execute("DELETE FROM tests_odd")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    changes = (("insert", [None, "a"]), ("update", ["a", "b"]), ("delete", ["b", None]))
    assert {row.details["operation"]: row.details["rows"] for row in rows()} == {
        operation: [{"id": "7", "changes": dict.fromkeys(names, change)}] for operation, change in changes
    }


def test_nothing_hides_a_change(connect: Connect, account: User) -> None:  # noqa: F811
    """S4-93: neither a savepoint nor the order of constraints nor a rolled-back try; and a rollback leaves nothing."""
    link = connect("application")
    make = "UPDATE accounts_user SET is_staff = NOT is_staff"
    with link.transaction(), pytest.raises(psycopg.errors.DivisionByZero), link.transaction():
        link.execute(make)
        link.execute("SELECT 1 / 0")
    assert rows() == []
    with link.transaction():
        link.execute("SET CONSTRAINTS ALL IMMEDIATE")
        link.execute(make)
        link.execute("SELECT audit_watch_take('accounts.user', %s)", [str(account.pk)])
    with link.transaction():
        with link.transaction():
            link.execute(make)
        link.execute("SELECT audit_watch_take('accounts.user', %s)", [str(account.pk)])
        link.execute("SET CONSTRAINTS ALL DEFERRED")
    assert len(rows()) == 2


def test_emptying_a_table_is_seen(connect: Connect, account: User) -> None:  # noqa: F811
    """S4-93: the suite switches such triggers off, so this one is switched on here."""
    link = connect("owner")
    with link.transaction():
        link.execute("ALTER TABLE escrow_keybackup ENABLE TRIGGER audit_watch_truncate")
        link.execute("INSERT INTO escrow_keybackup SELECT gen_random_uuid(), now(), repeat('0', 64), '{}', '{}', ''")
    _forget()
    with link.transaction():
        link.execute("TRUNCATE escrow_keybackup")
    link.execute("ALTER TABLE escrow_keybackup DISABLE TRIGGER audit_watch_truncate")
    [row] = rows()
    assert (row.details["operation"], row.details["count"]) == ("truncate", 1)


def test_when_the_ledger_cannot_be_written_the_change_does_not_happen(connect: Connect, account: User) -> None:  # noqa: F811
    """S4-93: fail closed."""
    owner = connect("owner")
    owner.execute(
        "ALTER TABLE audit_auditevent ADD CONSTRAINT full_up CHECK (name <> 'watching.rows.changed') NOT VALID"
    )
    try:
        with pytest.raises(psycopg.errors.CheckViolation):
            connect("application").execute("UPDATE accounts_user SET is_superuser = true")
        account.refresh_from_db()
        assert not account.is_superuser
    finally:
        owner.execute("ALTER TABLE audit_auditevent DROP CONSTRAINT full_up")


def test_an_act_that_is_recorded_in_its_transaction_makes_no_second_row(account: User) -> None:
    """S4-93: the services' own row accounts for the change, and carries its diff."""
    deactivate(account, actor=Actor.system("tests"))
    assert rows() == []
    [told] = AuditEvent.objects.filter(target_type="accounts.user", target_id=str(account.pk))
    assert told.details["diff"][0]["rows"][0]["changes"]["is_active"] == [True, False]
    with transaction.atomic():
        User.objects.filter(pk=account.pk).update(is_active=True)
    assert len(rows()) == 1
