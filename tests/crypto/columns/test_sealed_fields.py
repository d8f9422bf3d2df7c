"""Fields sealed in the application: Django fields whose values only their own row opens."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelops.crypto.blind_index import BlindIndexField
from modelops.crypto.errors import DecryptionFailed, UnknownKey
from modelops.crypto.fields import SealedBytesField, SealedJSONField, SealedTextField
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Invalid
from modelops.lib.ids import uuid7

from .table import store, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(db: None) -> Iterator[Any]:
    with isolate_apps("modelops.crypto"):

        class Note(models.Model):
            id = models.UUIDField(primary_key=True, default=uuid7)
            about = models.ForeignKey("self", models.CASCADE, null=True, db_constraint=False)
            text = SealedTextField(null=True)
            text_index = BlindIndexField(source="text")
            blob = SealedBytesField(null=True)
            facts = SealedJSONField(null=True)

            class Meta:
                app_label = "crypto"

        with connection.schema_editor() as editor:
            editor.create_model(Note)
        yield Note
        with connection.schema_editor() as editor:
            editor.delete_model(Note)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8"), max_size=200), blob=st.binary(max_size=200))
def test_any_value_comes_back(note: Any, text: str, blob: bytes) -> None:
    """S4-22: here also NUL, which bytes can hold. S4-23: at most 64 bytes longer than the value."""
    row = note.objects.create(text=text, blob=blob, facts={"text": text})
    again = note.objects.get(pk=row.pk)
    assert (again.text, again.blob, again.facts) == (text, blob, {"text": text})
    assert len(stored(row, "blob")) - len(blob) == 45 <= 64
    assert len(stored(row, "text")) - len(text.encode()) <= 64


def test_a_megabyte_and_nothing_come_back(note: Any) -> None:
    """S4-22."""
    row = note.objects.create(text="ß" * 2**19, blob=b"")
    again = note.objects.get(pk=row.pk)
    assert (again.text, again.blob, again.facts) == ("ß" * 2**19, b"", None)
    assert note.objects.get(facts__isnull=True) == row


def test_values_are_open_wherever_they_are_selected(note: Any) -> None:
    """S3-10: joins, values, subqueries, unions, deferred fields."""
    first = note.objects.create(text="first")
    second = note.objects.create(text="second", about=first)
    assert note.objects.select_related("about").get(pk=second.pk).about.text == "first"
    assert note.objects.values_list("text", "about__text").get(pk=second.pk) == ("second", "first")
    assert note.objects.defer("text").get(pk=first.pk).text == "first"
    inner = note.objects.filter(pk=models.OuterRef("about")).values("text")[:1]
    assert note.objects.annotate(other=models.Subquery(inner)).get(pk=second.pk).other == "first"
    both = (
        note.objects.filter(pk=first.pk)
        .values_list("text")
        .union(note.objects.filter(pk=second.pk).values_list("text"))
    )
    assert set(both) == {("first",), ("second",)}
    assert {row.text for row in note.objects.distinct()} == {"first", "second"}
    assert {row.text for row in note.objects.iterator(chunk_size=1)} == {"first", "second"}
    assert note.objects.get(text_index="FIRST") == first


def test_bulk_writes_bind_each_value_to_its_row(note: Any) -> None:
    """S3-08."""
    rows = note.objects.bulk_create([note(text=f"n{i}", blob=b"x") for i in range(3)])
    for row in rows:
        row.text, row.blob = f"{row.text} again", None
    assert note.objects.bulk_update(rows, ["text", "text_index", "blob"]) == 3
    assert sorted(note.objects.values_list("text", flat=True)) == ["n0 again", "n1 again", "n2 again"]
    assert note.objects.get(text_index="n1 again").blob is None
    with pytest.raises(FieldError, match="one row at a time"), transaction.atomic():
        note.objects.update(blob=b"y")
    with pytest.raises(FieldError, match="text_index"), transaction.atomic():
        note.objects.bulk_update(rows, ["text"])
    with pytest.raises(FieldError, match="upsert"), transaction.atomic():
        note.objects.bulk_create(
            [note(blob=b"z")], update_conflicts=True, update_fields=["blob"], unique_fields=["text_index"]
        )


@pytest.mark.parametrize(
    "query",
    [
        lambda rows: list(rows.order_by("text")),
        lambda rows: list(rows.values("text").annotate(models.Count("id"))),
        lambda rows: list(rows.values("text").distinct()),
        lambda rows: rows.aggregate(models.Max("text")),
        lambda rows: list(rows.annotate(x=models.functions.Lower("text"))),
        lambda rows: rows.filter(text="x"),
        lambda rows: rows.filter(text__icontains="x"),
        lambda rows: rows.filter(facts__depth=3),
        lambda rows: rows.filter(about__text__startswith="x"),
    ],
)
def test_what_would_need_the_value_in_the_database_is_refused(note: Any, query: Any) -> None:
    note.objects.create(text="a")
    with pytest.raises(FieldError, match=r"encrypted|Unsupported lookup|not permitted"), transaction.atomic():
        query(note.objects.all())


def test_a_value_that_was_moved_or_changed_does_not_open(note: Any) -> None:
    """S3-08, S0-01: another row, another column, every byte flipped; the table holds no canary."""
    a, b = note.objects.create(text="canary of a", blob=b"1"), note.objects.create(text="canary of b", blob=b"2")
    value = stored(a, "text")
    assert b"canary" not in value
    for row, column, sealed in [(b, "text", value), (a, "blob", value)]:
        before = stored(row, column)
        store(row, column, sealed)
        with pytest.raises(DecryptionFailed):
            note.objects.get(pk=row.pk)
        store(row, column, before)
    for place in range(0, len(value), 3):
        store(a, "text", value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :])
        with pytest.raises((DecryptionFailed, UnknownKey)):
            note.objects.get(pk=a.pk)
    for cut in (b"", value[:16], value[:40]):
        store(a, "text", cut)
        with pytest.raises(DecryptionFailed):
            note.objects.get(pk=a.pk)


def test_the_column_names_its_key_and_nothing_shows_it(note: Any) -> None:
    row = note.objects.create(text="a")
    key = keyring.active(Purpose.FIELD)
    assert stored(row, "text")[:17] == b"\x02" + key.id.bytes


def test_raw_sql_and_wrong_types_are_refused(note: Any) -> None:
    note.objects.create(text="a")
    with pytest.raises((FieldError, DecryptionFailed, UnknownKey)):
        list(note.objects.raw("SELECT * FROM crypto_note"))
    for values, refusal in [({"text": 1}, TypeError), ({"blob": "x"}, TypeError), ({"text": "\ud800"}, Invalid)]:
        with pytest.raises(refusal), transaction.atomic():
            note.objects.create(**values)


def test_rotation_finds_and_moves_them_in_their_own_format(note: Any) -> None:
    """S0-45: what the rotation of the purpose FIELD does with such a column."""
    from modelops.crypto import envelope
    from modelops.crypto.encrypted_column import Stored

    row = note.objects.create(text="moved", blob=b"1")
    held = note.objects.annotate(held=Stored("text")).get(pk=row.pk).held
    assert bytes(held) == stored(row, "text")
    context = note._meta.get_field("text").context(row)
    again = envelope.reseal(held, purpose=Purpose.FIELD, context=context)
    assert again[:1] == b"\x02"
    assert again != held
    store(row, "text", again)
    assert note.objects.get(pk=row.pk).text == "moved"


def test_a_field_of_the_portal_tells_the_rotation_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-45: nobody has to remember to name a sealed field in sealed_data.py; a model of a test is not named."""
    from modelops.crypto import fields, protected

    monkeypatch.setattr(protected, "_fields", {})
    with isolate_apps("modelops.crypto") as registry:
        monkeypatch.setattr(fields, "apps", registry)

        class Kept(models.Model):
            id = models.UUIDField(primary_key=True, default=uuid7)
            secret = SealedTextField()

            class Meta:
                app_label = "crypto"

    [found] = protected.sealed_fields(Purpose.FIELD)
    row = Kept()
    assert (found.label, found.context(row)) == ("crypto.Kept.secret", b"crypto_kept.secret:" + row.pk.bytes)
