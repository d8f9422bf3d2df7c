"""Encrypted columns hold what they were given, in their own place alone, and refuse what PostgreSQL could not hold."""

import json

import pytest
from django.db import DatabaseError, connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelops.crypto.columns import EncryptedJSONField
from modelops.crypto.errors import DecryptionFailed, UnknownKey
from modelops.lib.errors import Invalid

from .table import store, stored

pytestmark = pytest.mark.django_db


def test_values_come_back_and_the_table_holds_none_of_them(patient: type[models.Model]) -> None:
    """S3-07, S3-08, S1-04: text, JSON, empty and null; the column holds a format, a key version and ciphertext."""
    row = patient.objects.create(email="ada@example.org", facts={"depth": 3, "rate": 0.1})
    again = patient.objects.get(pk=row.pk)
    assert (again.email, again.other, again.facts) == ("ada@example.org", "", {"depth": 3, "rate": 0.1})
    assert b"ada@" not in stored(row, "email")
    assert stored(row, "email")[:5] == b"\x01\x00\x00\x00\x01"
    nobody = patient.objects.create(email=None)
    assert patient.objects.get(pk=nobody.pk).email is None
    assert patient.objects.get(email__isnull=True) == nobody
    assert patient.objects.get(email__isnull=False) == row
    assert patient.objects.filter(contact__email__isnull=False).count() == 0


def test_the_same_value_is_stored_differently_each_time(patient: type[models.Model]) -> None:
    a, b = (patient.objects.create(email="same@example.org") for _ in range(2))
    assert stored(a, "email") != stored(b, "email")
    assert stored(a, "email_index") == stored(b, "email_index")


@pytest.mark.parametrize("text", ["", "a", "Zoë\n\tß\U0001f600 e\u0301 \u202e", "%s %% %(x)s ' \" \\", "x" * 2**20])
def test_every_text_comes_back(patient: type[models.Model], text: str) -> None:
    """S4-22: empty, Unicode and 1 MB."""
    row = patient.objects.create(email=text, facts={"text": text})
    again = patient.objects.get(pk=row.pk)
    assert (again.email, again.facts) == (text, {"text": text})


_texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_texts, facts=_json)
def test_any_text_and_any_json_come_back(patient: type[models.Model], text: str, facts: object) -> None:
    """S4-22: also NUL and lone surrogates inside JSON, which escapes them."""
    row = patient(email=text, other=text, facts=facts if facts is not None else {})
    row.save()
    again = patient.objects.get(pk=row.pk)
    assert (again.email, again.other) == (text, text)
    assert again.facts == (facts if facts is not None else {})


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"email": "a\x00b"}, "NUL character"),
        ({"email": "a\ud800"}, "half a character at place 1"),
        ({"facts": {"rate": float("nan")}}, "cannot be written as JSON"),
        ({"facts": [float("inf")]}, "cannot be written as JSON"),
    ],
)
def test_what_could_not_be_stored_is_refused_before_the_database(
    patient: type[models.Model], values: dict[str, object], part: str, django_assert_num_queries: object
) -> None:
    """S4-22."""
    with pytest.raises(Invalid, match=part) as caught, transaction.atomic(), django_assert_num_queries(0):
        patient.objects.bulk_create([patient(**values)])
    assert caught.value.field in values
    assert not patient.objects.exists()


def test_a_value_that_is_no_text_is_refused(patient: type[models.Model]) -> None:
    with pytest.raises(TypeError, match=r"Patient\.email takes text, not int"), transaction.atomic():
        patient.objects.create(email=7)


def test_a_value_that_was_moved_raises(patient: type[models.Model]) -> None:
    """S3-08: to another row, to another column of the same row, and through another table."""
    a, b = patient.objects.create(email="a@example.org"), patient.objects.create(email="b@example.org")
    for place, value in [("email", stored(a, "email")), ("other", stored(b, "email"))]:
        mark = transaction.savepoint()
        store(b, place, value)
        with pytest.raises(DecryptionFailed), transaction.atomic():
            patient.objects.get(pk=b.pk)
        transaction.savepoint_rollback(mark)
    assert patient.objects.get(pk=b.pk).email == "b@example.org"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE patient_copy AS SELECT id, email FROM crypto_patient")
        for binding in (f"patient_copy.email:{a.pk}", f"crypto_patient.other:{a.pk}", f"crypto_patient.email:{b.pk}"):
            with pytest.raises(DecryptionFailed), transaction.atomic():
                cursor.execute("SELECT modelops_open(email, %s) FROM patient_copy WHERE id = %s", [binding, a.pk])
        cursor.execute(
            "SELECT modelops_open(email, %s) FROM patient_copy WHERE id = %s", [f"crypto_patient.email:{a.pk}", a.pk]
        )
        assert cursor.fetchone() == ("a@example.org",)


def test_an_older_value_of_the_same_place_opens(patient: type[models.Model]) -> None:
    """The limit that docs/howto/encrypted-columns.md states: the binding names a place, not a moment."""
    row = patient.objects.create(email="old@example.org")
    before = stored(row, "email")
    row.email = "new@example.org"
    row.save()
    store(row, "email", before)
    assert patient.objects.get(pk=row.pk).email == "old@example.org"


def test_an_unknown_key_version_and_a_damaged_value_raise(patient: type[models.Model]) -> None:
    row = patient.objects.create(email="a@example.org")
    value = stored(row, "email")
    for damaged, refusal in [
        (b"\x01\x00\x00\x00\x63" + value[5:], UnknownKey),
        (b"\x01\xff\xff\xff\xff" + value[5:], UnknownKey),
        (value[:-1] + bytes([value[-1] ^ 1]), DecryptionFailed),
        (value[:40], DecryptionFailed),
        (value[:5], DecryptionFailed),
        (b"", DecryptionFailed),
        (b"a@example.org", DecryptionFailed),
    ]:
        store(row, "email", damaged)
        with pytest.raises(refusal), transaction.atomic():
            patient.objects.get(pk=row.pk)


@pytest.mark.parametrize(
    "call",
    [
        "modelops_seal_text('x', 'place', 1, NULL)",
        "modelops_seal_text('x', 'place', NULL, repeat('k', 44))",
        "modelops_seal_text('x', NULL, 1, repeat('k', 44))",
        "modelops_session_keys(decode(repeat('00', 64), 'hex'))",
    ],
)
def test_without_a_key_or_a_place_nothing_is_stored(call: str) -> None:
    """S3-07: a NULL key gives an error, not NULL in the column."""
    with pytest.raises(DatabaseError, match="modelops: "), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}")


def test_a_session_that_was_given_no_keys_opens_and_seals_nothing(patient: type[models.Model]) -> None:
    """S3-08: what psql shows is ciphertext, also through our functions."""
    row = patient.objects.create(email="a@example.org")
    raw = connection.connection
    for call in ("modelops_open(email, 'crypto_patient.email:' || id::text)", "modelops_seal_plain('x', 'y')"):
        with transaction.atomic():
            mark = transaction.savepoint()
            raw.execute(
                "SELECT set_config('modelops.column_key_1', '', false), set_config('modelops.column_active', '', false)"
            )
            with pytest.raises(Exception, match="modelops: .*key"):
                raw.execute(f"SELECT {call} FROM crypto_patient")
            transaction.savepoint_rollback(mark)
    assert patient.objects.get(pk=row.pk).email == "a@example.org"


def test_keys_that_went_with_a_transaction_come_back(patient: type[models.Model]) -> None:
    """Settings of a session go back with the transaction that made them; the next query brings the keys anew."""
    row = patient.objects.create(email="a@example.org")
    connection.connection.execute("RESET ALL")
    for _ in range(2):
        mark = transaction.savepoint()
        assert patient.objects.get(pk=row.pk).email == "a@example.org"
        transaction.savepoint_rollback(mark)
    assert patient.objects.get(pk=row.pk).email == "a@example.org"


def test_json_has_one_spelling() -> None:
    field = EncryptedJSONField()
    assert field.to_text({"b": 1, "a": [1, 2]}) == '{"a":[1,2],"b":1}'
    assert json.loads(field.to_text({"x": "ü"})) == {"x": "ü"}
