"""pgcrypto columns behave as Django fields do, and say clearly where they cannot."""

import json
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.db.models import Count, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Lower

from modelops.crypto.columns import EncryptedJSONField, EncryptedTextField

from .table import stored

pytestmark = pytest.mark.django_db


def addresses(patient: Any) -> list[str]:
    return sorted(patient.objects.values_list("email", flat=True))


def test_bulk_create_and_bulk_update_bind_each_value_to_its_row(patient: Any) -> None:
    """S3-08, S3-10: what is written in bulk opens, is found, and lies in no other row."""
    rows = patient.objects.bulk_create([patient(email=f"p{i}@example.org", other="x") for i in range(5)])
    assert addresses(patient) == [f"p{i}@example.org" for i in range(5)]
    for number, row in enumerate(rows):
        row.email, row.facts = f"new{number}@example.org", {"number": number}
    rows[4].email = None
    assert patient.objects.bulk_update(rows, ["email", "email_index", "facts"], batch_size=2) == 5
    again = patient.objects.in_bulk([row.pk for row in rows])
    assert [again[row.pk].email for row in rows] == [*(f"new{i}@example.org" for i in range(4)), None]
    assert [again[row.pk].facts for row in rows] == [{"number": i} for i in range(5)]
    assert patient.objects.get(email_index="new2@example.org") == rows[2]
    assert patient.objects.filter(email_index__isnull=True).get() == rows[4]
    assert not patient.objects.filter(email_index="p2@example.org")


def test_update_seals_for_every_row_that_it_touches(patient: Any) -> None:
    patient.objects.bulk_create([patient(email=f"p{i}@example.org") for i in range(3)])
    assert patient.objects.update(other="same", email="one@example.org", email_index="one@example.org") == 3
    assert {(row.email, row.other) for row in patient.objects.all()} == {("one@example.org", "same")}
    assert len({stored(row, "other") for row in patient.objects.all()}) == 3
    assert patient.objects.filter(email_index="ONE@example.org").count() == 3
    patient.objects.update(email=None, email_index=None)
    assert patient.objects.filter(email=None).count() == 3


def test_the_blind_index_is_never_left_behind(patient: Any) -> None:
    """S3-10: each way to write a value without its index is refused, by name."""
    row = patient.objects.create(email="a@example.org")
    row.email = "b@example.org"
    for write in (
        lambda: row.save(update_fields=["email"]),
        lambda: patient.objects.update(email="b@example.org"),
        lambda: patient.objects.bulk_update([row], ["email"]),
    ):
        with pytest.raises(FieldError, match="email_index: write both together"), transaction.atomic():
            write()
    row.save(update_fields=["email", "email_index"])
    assert patient.objects.get(email_index="b@example.org") == row
    made, created = patient.objects.update_or_create(ward="W", defaults={"email": "c@example.org"})
    assert created
    patient.objects.update_or_create(ward="W", defaults={"email": "d@example.org"})
    assert patient.objects.get(email_index="d@example.org") == made


def test_deferred_refreshed_and_joined_values_are_open(patient: Any) -> None:
    """S3-10."""
    first = patient.objects.create(email="first@example.org")
    second = patient.objects.create(email="second@example.org", contact=first)
    for queryset in (patient.objects.defer("email"), patient.objects.only("ward")):
        row = queryset.get(pk=first.pk)
        assert "email" in row.get_deferred_fields()
        assert row.email == "first@example.org"
    patient.objects.filter(pk=first.pk).update(other="changed")
    first.refresh_from_db(fields=["other"])
    assert first.other == "changed"
    assert patient.objects.select_related("contact").get(pk=second.pk).contact.email == "first@example.org"
    assert patient.objects.select_related("contact").get(pk=first.pk).contact is None
    assert patient.objects.values("email", "contact__email").get(pk=second.pk) == {
        "email": "second@example.org",
        "contact__email": "first@example.org",
    }
    assert [row.email for row in patient.objects.order_by("pk").iterator(chunk_size=1)] == [
        "first@example.org",
        "second@example.org",
    ]


def test_annotations_subqueries_and_unions_are_open(patient: Any) -> None:
    first = patient.objects.create(email="first@example.org")
    second = patient.objects.create(email="second@example.org", contact=first, other="note")
    inner = patient.objects.filter(pk=OuterRef("contact")).values("email")[:1]
    found = patient.objects.annotate(address=F("email"), theirs=Subquery(inner)).get(pk=second.pk)
    assert (found.address, found.theirs) == ("second@example.org", "first@example.org")
    one, two = (patient.objects.filter(pk=row.pk).values_list("email") for row in (first, second))
    assert set(one.union(two)) == {("first@example.org",), ("second@example.org",)}
    counted = patient.objects.annotate(friends=Count("patient")).get(pk=first.pk)
    assert (counted.email, counted.friends) == ("first@example.org", 1)
    patient.objects.create(email="first@example.org")
    assert len(patient.objects.values_list("email").distinct()) == 2
    groups = patient.objects.values("email").annotate(n=Count("pk"))
    assert {(group["email"], group["n"]) for group in groups} == {("first@example.org", 2), ("second@example.org", 1)}


@pytest.mark.parametrize(
    "query",
    [
        lambda rows: rows.filter(email="x"),
        lambda rows: rows.filter(email__contains="x"),
        lambda rows: rows.exclude(email__in=["x"]),
        lambda rows: rows.filter(Q(email__gt="x") | Q(ward="x")),
        lambda rows: rows.filter(contact__email="x"),
        lambda rows: rows.filter(facts__depth=3),
        lambda rows: rows.filter(ward=F("email")),
        lambda rows: rows.order_by("email"),
        lambda rows: rows.order_by(F("contact__email").desc()),
        lambda rows: rows.annotate(x=Lower("email")),
        lambda rows: rows.update(other=F("email")),
        lambda rows: rows.update(other=Value("x")),
        lambda rows: rows.filter(email_index__contains="x"),
        lambda rows: rows.filter(email_index__startswith=b"x"),
    ],
)
def test_comparing_sorting_and_computing_are_refused(patient: Any, query: Any) -> None:
    """S3-10: LIKE and all others, with the field's name and what to do instead."""
    patient.objects.create(email="a@example.org")
    with pytest.raises(FieldError, match=r"encrypted|blind index|Unsupported lookup"), transaction.atomic():
        list(query(patient.objects.all()) or [])


def test_aggregates_of_an_encrypted_column_are_refused(patient: Any) -> None:
    with pytest.raises(FieldError, match="email is encrypted"), transaction.atomic():
        patient.objects.aggregate(Max("email"))


def test_an_upsert_that_would_move_a_value_to_another_row_is_refused(patient: Any) -> None:
    """S3-08."""
    row = patient.objects.create(other="old", ward="A")
    row.other = "new"
    patient.objects.bulk_create([row], update_conflicts=True, update_fields=["other"], unique_fields=["id"])
    assert patient.objects.get(pk=row.pk).other == "new"
    with pytest.raises(FieldError, match="this upsert"), transaction.atomic():
        patient.objects.bulk_create(
            [patient(other="x")], update_conflicts=True, update_fields=["other"], unique_fields=["ward"]
        )


def test_raw_sql_gives_no_ciphertext_for_a_value(patient: Any) -> None:
    patient.objects.create(email="a@example.org")
    with pytest.raises(FieldError, match="use the ORM"):
        list(patient.objects.raw("SELECT * FROM crypto_patient"))
    patient.objects.filter(ward="")._raw_delete(patient.objects.db)
    assert not patient.objects.exists()


def test_get_or_create_by_other_fields(patient: Any) -> None:
    row, created = patient.objects.get_or_create(ward="A", defaults={"email": "a@example.org"})
    again, created_again = patient.objects.get_or_create(ward="A", defaults={"email": "b@example.org"})
    assert (created, created_again, again.email) == (True, False, "a@example.org")
    by_index, created = patient.objects.get_or_create(email_index="A@example.org", defaults={"ward": "B"})
    assert (by_index, created) == (row, False)


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_dump_stays_sealed_and_loads_again(patient: Any, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-01 for columns: a fixture holds what the table holds, for numbers in JSON too."""
    monkeypatch.setitem(apps.all_models["crypto"], "patient", patient)
    rows = [patient.objects.create(email="canary@example.org", facts=271828), patient.objects.create(email=None)]
    dump = serializers.serialize(format, patient.objects.order_by("pk"))
    assert "canary" not in dump
    assert "271828" not in dump
    patient.objects.all().delete()
    with connection.constraint_checks_disabled():
        for loaded in serializers.deserialize(format, dump):
            loaded.save()
    again = patient.objects.in_bulk([row.pk for row in rows])
    assert [(again[row.pk].email, again[row.pk].facts) for row in rows] == [("canary@example.org", 271828), (None, {})]
    assert patient.objects.get(email_index="canary@example.org") == rows[0]


def test_a_fixture_in_clear_is_refused(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(apps.all_models["crypto"], "patient", patient)
    clear = [{"model": "crypto.patient", "pk": "01890000-0000-7000-8000-000000000000", "fields": {"email": "clear"}}]
    with pytest.raises(FieldError, match="fixture holds the sealed value"), transaction.atomic():
        for loaded in serializers.deserialize("python", clear):
            loaded.save()


def test_dumpdata_of_the_portal_shows_no_person(patient: Any) -> None:
    """S0-01: the real command over a real model."""
    from django.utils import timezone

    from compliance.subjects.models import Kind, SubjectRequest

    SubjectRequest.objects.create(
        reference="SR-2026-900001",
        kind=Kind.ACCESS,
        subject_email="canary@example.org",
        received_at=timezone.now(),
        due_at=timezone.now(),
    )
    out = StringIO()
    call_command("dumpdata", "subjects.SubjectRequest", stdout=out)
    [dumped] = json.loads(out.getvalue())
    assert dumped["fields"]["subject_email"].startswith("sealed:")
    assert "canary" not in out.getvalue()


def test_the_fields_stand_in_migrations_as_they_were_written() -> None:
    for field in (EncryptedTextField(null=True), EncryptedJSONField(default=dict, editable=True)):
        _, path, args, kwargs = field.deconstruct()
        assert path.startswith("modelops.crypto.columns.")
        assert type(field)(*args, **kwargs).deconstruct()[1:] == (path, args, kwargs)
        assert path.rpartition(".")[2] in MigrationWriter.serialize(field)[0]
    assert "editable" not in EncryptedTextField().deconstruct()[3]


def test_unusable_options_are_refused_by_a_check() -> None:
    from django.test.utils import isolate_apps

    with isolate_apps("modelops.crypto"):

        class Wrong(models.Model):
            email = EncryptedTextField(unique=True, db_index=True)

            class Meta:
                app_label = "crypto"
                ordering = ["-email"]

        found = {(error.id, error.msg) for error in Wrong._meta.get_field("email").check()}
    assert {code for code, _ in found} == {"modelops.E013", "modelops.E014"}
    assert len(found) == 4
