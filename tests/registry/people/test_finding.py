"""A person is found in dataset files, and from there in every model version trained on them."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.actors import actor_of
from compliance.subjects.providers import Subject
from modelops.lib.errors import Conflict, Invalid
from registry.aliases.models import Alias
from registry.people import exclusion
from registry.people.models import IndexedVersion, IndexState, PersonRows
from registry.people.personal_data import DatasetRows
from tests.registry.samples import CSV, make_dataset, make_dataset_version, make_model, make_version, parquet

from .cases import PERSON, TABLE, indexed, with_people

pytestmark = pytest.mark.django_db


def test_rows_of_a_person_are_found_and_exported_and_nobody_elses(scientist: Any) -> None:
    """S4-62: the package lists each row of the person, however it is spelt, and nothing of others."""
    flights = with_people(make_dataset(scientist), scientist)
    with_people(make_dataset(scientist, "crew"), scientist, parquet(id=[7, 12, 12], pay=[1.0, 2.0, 3.0]), column="id")
    subject = Subject(email=PERSON.lower(), ref="12")
    provider = DatasetRows()
    assert provider.find(subject) == 4
    rows = list(provider.export(subject))
    assert len(rows) == 4
    assert [row.fields["row"] for row in rows if row.fields["dataset"] == str(flights)] == [1, 3]
    told = [json.loads(str(row.fields["values"])) for row in rows]
    assert {"id": 12, "pay": 2.0} in told
    assert "other@example.org" not in json.dumps(told)
    assert provider.find(Subject(email="nobody@example.org")) == 0


def test_the_index_holds_no_name(scientist: Any) -> None:
    with_people(make_dataset(scientist), scientist)
    assert PersonRows.objects.count() == 3
    assert {type(value) for row in PersonRows.objects.values_list("digest", "rows") for value in row} == {int}


def test_models_trained_on_a_person_are_named_with_where_they_are_live(scientist: Any) -> None:
    """S4-77: for a subject in a dataset every model version trained on it is listed, with its stage."""
    dataset = make_dataset(scientist)
    data = with_people(dataset, scientist)
    other = make_dataset_version(make_dataset(scientist, "weather"), scientist)
    model = make_model(scientist)
    first, second = (make_version(model, scientist, datasets=[data]) for _ in range(2))
    make_version(model, scientist, datasets=[other])
    Alias.objects.create(model=model, name="champion", version=second)
    found = list(DatasetRows().influences(Subject(email=PERSON)))
    assert [(each.label, each.stage, each.via) for each in found] == [
        (str(first), "ready", str(data)),
        (str(second), "champion", str(data)),
    ]


def test_the_column_is_named_at_upload_over_the_api(api: Client, scientist: Any) -> None:
    make_dataset(scientist)
    file = SimpleUploadedFile("table.csv", TABLE)
    answer = api.post("/api/v1/datasets/flights/versions/?subject_column=passenger", {"file": file})
    assert answer.status_code == 201, answer.content
    indexed()
    assert api.get("/api/v1/datasets/flights/subject-column/").json() == {
        "column": "passenger", "versions": 1, "indexed": 1,
    }  # fmt: skip
    # From now on each version has the column.
    file = SimpleUploadedFile("table.csv", CSV)
    refused = api.post("/api/v1/datasets/flights/versions/", {"file": file})
    assert (refused.status_code, refused.json()["code"]) == (400, "subject_column.missing")


def test_the_column_is_named_later_on_the_page_and_the_api(portal: Client, api: Client, scientist: Any) -> None:
    dataset = make_dataset(scientist)
    make_dataset_version(dataset, scientist, TABLE)
    assert "Nobody has said which column names people" in portal.get("/datasets/flights/").content.decode()
    answer = portal.post("/datasets/flights/subject-column/", {"column": "passenger"}, follow=True)
    assert "Being indexed" in answer.content.decode()
    indexed()
    assert "Findable" in portal.get("/datasets/flights/").content.decode()
    refused = api.put("/api/v1/datasets/flights/subject-column/", {"column": "seat"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "subject_column.unknown")


def test_who_was_erased_is_kept_out_of_uploads_and_of_training(
    scientist: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """S4-77: the exclusion list blocks a row key in later uploads and in links to training data."""
    dataset = make_dataset(scientist)
    data = with_people(dataset, scientist)
    exclusion.exclude(Subject(email=PERSON), reference="SR-2026-000001", actor=actor_of(scientist))
    with pytest.raises(Conflict) as refusal:
        with_people(dataset, scientist)
    assert refusal.value.code == "dataset.excluded_person"
    assert "row 1, 3" in str(refusal.value)
    assert "assenger@" not in str(refusal.value)
    with pytest.raises(Conflict) as refusal:
        make_version(make_model(scientist), scientist, datasets=[data])
    assert refusal.value.code == "dataset.holds_excluded"
    with_people(dataset, scientist, b"passenger,delay\nother@example.org,3\n")


def test_a_column_that_nobody_named_so_is_refused(scientist: Any) -> None:
    dataset = make_dataset(scientist)
    with pytest.raises(Invalid) as refusal:
        with_people(dataset, scientist, column="seat")
    assert refusal.value.code == "subject_column.missing"
    with_people(dataset, scientist)
    with pytest.raises(Invalid) as refusal:
        with_people(dataset, scientist, column="delay")
    assert refusal.value.code == "subject_column.other"
    assert IndexedVersion.objects.get().state == IndexState.READY
