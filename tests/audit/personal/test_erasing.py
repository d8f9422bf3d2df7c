"""What is known of a person is erased for good, and the ledger still proves what it proved."""

import uuid

import pytest
from django.db import connection, transaction

from compliance.audit import Actor, define, record
from compliance.audit.context import acting
from compliance.audit.leaf import LEAF_SQL, leaf_hash
from compliance.audit.models import AuditEvent
from compliance.audit.personal import origins, payloads
from compliance.audit.personal.models import Payload, SubjectKey
from compliance.audit.personal.removing import erase

NAMED = define("tests.person.named", "named somebody", category="system")
CANARY = "canary-7c1e@example.org"


def person() -> Actor:
    return Actor("user", str(uuid.uuid4()))


def leaf_hashes() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LEAF_SQL} FROM audit_auditevent e ORDER BY e.id")
        return [leaf_hash(text.encode()) for (text,) in cursor.fetchall()]


def everything_stored() -> str:
    """Every row of every table as text; bytea shows as hex."""
    with connection.cursor() as cursor:
        return "\n".join(
            str(row)
            for table in connection.introspection.table_names(cursor)
            for row in _rows(cursor, connection.ops.quote_name(table))
        )


def _rows(cursor, table: str) -> list[tuple[str]]:  # type: ignore[no-untyped-def]
    cursor.execute(f"SELECT t::text FROM {table} t")
    return cursor.fetchall()


@pytest.mark.django_db
def test_personal_values_are_sealed_beside_the_row_which_commits_to_them() -> None:
    """S4-85: nothing of the value stands in the ledger, or anywhere in clear."""
    who = person()
    record(NAMED, None, actor=Actor.system("tests"), personal={"email": CANARY}, subject=who)
    event = AuditEvent.objects.get(name=NAMED.name)
    assert payloads.open_payload(bytes(event.personal or b"")) == {"email": CANARY}
    assert Payload.objects.get().event_id == event.pk
    stored = everything_stored()
    assert CANARY not in stored
    assert CANARY.encode().hex() not in stored


@pytest.mark.django_db
def test_equal_values_have_different_commitments() -> None:
    """A salt keeps whoever reads the ledger from trying out values."""
    who = person()
    for _ in range(2):
        record(NAMED, None, actor=who, personal={"email": CANARY}, subject=who)
    one, other = AuditEvent.objects.filter(name=NAMED.name)
    assert bytes(one.personal or b"") != bytes(other.personal or b"")


@pytest.mark.django_db
def test_erasing_leaves_every_leaf_as_it_was_and_nothing_of_the_person() -> None:
    """S4-85, S4-62: the key is destroyed, the entries are gone, and the hashes of the rows are the same."""
    who, other = person(), person()
    with acting(address="203.0.113.77", user_agent="Firefox", session="s"):
        for each in (who, other):
            record(NAMED, None, actor=each, personal={"email": CANARY}, subject=each)
    before = leaf_hashes()
    wrapped = bytes(SubjectKey.objects.get(subject_ref=who.ref).wrapped or b"")

    assert erase([who.ref], actor=Actor.system("tests")) == 2
    assert erase([who.ref], actor=Actor.system("tests")) == 0

    assert leaf_hashes()[: len(before)] == before
    mine, others = (AuditEvent.objects.get(name=NAMED.name, actor_ref=each.ref) for each in (who, other))
    assert payloads.open_payload(bytes(mine.personal or b"")) is None
    assert payloads.open_payload(bytes(mine.origin or b"")) is None
    assert payloads.open_payload(bytes(others.personal or b"")) == {"email": CANARY}
    assert wrapped.hex() not in everything_stored()
    assert AuditEvent.objects.get(name="audit.personal.erased").details == {"payloads": 2, "keys": 1}


@pytest.mark.django_db
def test_after_an_erasure_new_acts_are_sealed_under_a_new_key() -> None:
    who = person()
    record(NAMED, None, actor=who, personal={"email": CANARY}, subject=who)
    erase([who.ref], actor=Actor.system("tests"))
    record(NAMED, None, actor=who, personal={"email": "later"}, subject=who)
    latest = AuditEvent.objects.filter(name=NAMED.name).first()
    assert latest is not None
    assert payloads.open_payload(bytes(latest.personal or b"")) == {"email": "later"}
    assert SubjectKey.objects.filter(subject_ref=who.ref).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["a@example.org", "two words", ""])
def test_a_person_is_named_by_an_opaque_reference_only(name: str) -> None:
    with pytest.raises(ValueError, match="opaque"), transaction.atomic():
        record(NAMED, None, actor=person(), personal={"email": CANARY}, subject=name)
    with pytest.raises(ValueError, match="whom"), transaction.atomic():
        record(NAMED, None, actor=person(), personal={"email": CANARY})


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["sealed", "key"])
def test_an_entry_that_was_changed_does_not_open(column: str) -> None:
    from modelops.crypto.errors import DecryptionFailed

    who, other = person(), person()
    for each in (who, other):
        record(NAMED, None, actor=each, personal={"email": CANARY}, subject=each)
    mine, others = (AuditEvent.objects.get(name=NAMED.name, actor_ref=each.ref) for each in (who, other))
    foreign = Payload.objects.get(pk=bytes(others.personal or b""))
    Payload.objects.filter(pk=bytes(mine.personal or b"")).update(**{column: getattr(foreign, column)})
    with pytest.raises(DecryptionFailed):
        payloads.open_payload(bytes(mine.personal or b""))


@pytest.mark.django_db(transaction=True)
def test_an_erased_person_is_forgotten_by_the_process_too() -> None:
    """The next act of an erased account stores where it comes from anew, under a new key."""
    who = person()
    with acting(address="203.0.113.77", user_agent="Firefox"):
        with transaction.atomic():
            record(NAMED, None, actor=who)
        with transaction.atomic():
            erase([who.ref], actor=Actor.system("tests"))
        with transaction.atomic():
            record(NAMED, None, actor=who)
    last = AuditEvent.objects.filter(name=NAMED.name).first()
    assert last is not None
    assert payloads.open_payload(bytes(last.origin or b"")) is not None
    origins.forget()
