"""pgcrypto columns: encrypted in the table, bound to their row, their key in no place where PostgreSQL shows SQL."""

import base64
from collections.abc import Iterator

import pytest
from django.core.exceptions import FieldError
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import isolate_apps

from modelops.crypto.blind_index import BlindIndexField, blind_index, blind_indexes
from modelops.crypto.columns import EncryptedJSONField, EncryptedTextField
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose
from modelops.lib.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Iterator[type[models.Model]]:
    """A throw-away model with encrypted columns in a throw-away table."""
    with isolate_apps("modelops.crypto"):

        class Patient(models.Model):
            id = models.UUIDField(primary_key=True, default=uuid7)
            email = EncryptedTextField(null=True)
            email_index = BlindIndexField(source="email")
            other = EncryptedTextField(default="")
            facts = EncryptedJSONField(default=dict)

            class Meta:
                app_label = "crypto"

        with connection.schema_editor() as editor:
            editor.create_model(Patient)
        yield Patient
        with connection.schema_editor() as editor:
            editor.delete_model(Patient)


def raw(row: models.Model, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM crypto_patient WHERE id = %s', [row.pk])
        return bytes(cursor.fetchone()[0])


def test_values_come_back_and_the_table_holds_none_of_them(patient) -> None:
    """S3-05, S1-04: text, JSON, empty, null, through save, bulk_create, values and defer."""
    row = patient.objects.create(email="ada@example.org", facts={"depth": 3, "rate": 0.1})
    again = patient.objects.get(pk=row.pk)
    assert (again.email, again.other, again.facts) == ("ada@example.org", "", {"depth": 3, "rate": 0.1})
    assert b"ada@" not in raw(row, "email")
    assert raw(row, "email")[:5] == b"\x01\x00\x00\x00\x01"
    patient.objects.bulk_create([patient(email=f"p{i}@example.org") for i in range(3)])
    emails = set(patient.objects.values_list("email", flat=True))
    assert emails == {"ada@example.org", "p0@example.org", "p1@example.org", "p2@example.org"}
    nobody = patient.objects.create(email=None)
    assert patient.objects.get(email__isnull=True) == nobody
    assert patient.objects.defer("email").get(pk=row.pk).email == "ada@example.org"
    again.email = "new@example.org"
    again.save(update_fields=["email", "email_index"])
    assert patient.objects.get(pk=row.pk).email == "new@example.org"


def test_a_value_that_was_moved_to_another_row_or_column_raises(patient) -> None:
    a, b = patient.objects.create(email="a@example.org"), patient.objects.create(email="b@example.org")
    assert patient.objects.get(pk=b.pk).email == "b@example.org"
    moves = [
        ("UPDATE crypto_patient SET email = %s WHERE id = %s", [raw(a, "email"), b.pk]),
        ("UPDATE crypto_patient SET other = %s WHERE id = %s", [raw(b, "email"), b.pk]),
    ]
    for sql, params in moves:
        with transaction.atomic():
            point = transaction.savepoint()
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
            with pytest.raises(DatabaseError, match="another row"), transaction.atomic():
                patient.objects.get(pk=b.pk)
            transaction.savepoint_rollback(point)


def test_an_unknown_key_version_and_a_damaged_value_raise(patient) -> None:
    row = patient.objects.create(email="a@example.org")
    value = raw(row, "email")
    for damaged, part in [
        (b"\x01\x00\x00\x00\x63" + value[5:], "not known"),
        (value[:-1] + bytes([value[-1] ^ 1]), "could not be opened"),
        (b"a@example.org", "known format"),
    ]:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE crypto_patient SET email = %s WHERE id = %s", [damaged, row.pk])
        with pytest.raises(DatabaseError, match=part), transaction.atomic():
            patient.objects.get(pk=row.pk)


def test_a_null_key_raises_and_does_not_store_null() -> None:
    with pytest.raises(DatabaseError, match="no key"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT modelops_seal_text('x', 'place', 1, NULL)")


def test_search_is_refused_except_through_the_blind_index(patient) -> None:
    row = patient.objects.create(email="Ada@Example.org")
    with pytest.raises(FieldError, match="BlindIndexField"):
        patient.objects.filter(email="Ada@Example.org").exists()
    with pytest.raises(FieldError, match="save"), transaction.atomic():
        patient.objects.update(email="x")
    found = patient.objects.filter(email_index__in=blind_indexes("crypto.patient.email", " ada@example.ORG "))
    assert found.get() == row
    assert blind_index("crypto.patient.email", "x") != blind_index("crypto.patient.other", "x")


def test_the_key_shows_in_no_view_and_in_no_error(patient) -> None:
    """S3-06: what pg_stat_activity shows of this connection, and what an SQL error says, holds no key."""
    patient.objects.create(email="a@example.org")
    shown = base64.b64encode(keyring.active(Purpose.COLUMN).material).decode()
    with connection.cursor() as cursor:
        list(patient.objects.values_list("email"))
        cursor.execute("SELECT string_agg(query, ' ') FROM pg_stat_activity")
        assert shown not in cursor.fetchone()[0]
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            cursor.execute("SELECT modelops_seal_text('x', 'place', 1, %s::text), 1/0", [shown])
    assert shown not in str(caught.value)
    assert "modelops_open_text" in str(patient.objects.all().query)
