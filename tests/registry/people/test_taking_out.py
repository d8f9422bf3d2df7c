"""Rows go out of stored files; everything else stays byte for byte, and the old file is gone."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from compliance.subjects.providers import ErasureRefused, Subject
from registry.artifacts.access import open_artifact
from registry.models import Artifact, DatasetVersion
from registry.people.models import RowsErased
from registry.people.personal_data import DatasetRows
from tests.registry.samples import make_dataset, make_model, make_version

from .cases import PERSON, TABLE, with_people

pytestmark = pytest.mark.django_db
SUBJECT = Subject(email=PERSON)

TEXTS = [
    (TABLE, b"passenger,delay\nother@example.org,3\nthird@example.org,7\n"),
    (
        b'\xef\xbb\xbfpassenger;note\r\n"passenger@example.org";"two\r\nlines; ""quoted"""\r\n'
        b'\r\nother@example.org;"a\nb"\r\n',
        b'\xef\xbb\xbfpassenger;note\r\n\r\nother@example.org;"a\nb"\r\n',
    ),
    (b'passenger,x\na@b.org,5" pipe\npassenger@example.org,1', b'passenger,x\na@b.org,5" pipe\n'),
    (
        "passenger,ort\npassenger@example.org,Köln\nother@example.org,Zürich\n".encode("cp1252"),
        "passenger,ort\nother@example.org,Zürich\n".encode("cp1252"),
    ),
    (
        "passenger,ort\npassenger@example.org,Köln\nother@example.org,Zürich\n".encode("utf-16"),
        "passenger,ort\nother@example.org,Zürich\n".encode("utf-16"),
    ),
    (
        b'{"passenger":"passenger@example.org","n":1}\n\n{"passenger":"other@example.org","n":2}\n',
        b'\n{"passenger":"other@example.org","n":2}\n',
    ),
]


def _content(version: DatasetVersion) -> bytes:
    version = DatasetVersion.objects.select_related("artifact").get(pk=version.pk)
    with open_artifact(version.artifact) as file:
        return file.read()


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_the_rows_are_cut_out_of_a_text_and_nothing_else(scientist: Any, number: int) -> None:
    """S4-64, S4-69: what stays is what was there, byte for byte."""
    before, after = TEXTS[number]
    version = with_people(make_dataset(scientist), scientist, before)
    assert DatasetRows().erase(SUBJECT, actor=actor_of(scientist)) >= 1
    assert _content(version) == after
    assert DatasetRows().find(SUBJECT) == 0


def test_parquet_keeps_its_types_and_row_groups(scientist: Any) -> None:
    table = pa.table(
        {"passenger": ["other@example.org", PERSON] * 50, "n": pa.array(range(100), pa.int16()), "t": [None, 2.5] * 50}
    )
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=30, compression="zstd")
    version = with_people(make_dataset(scientist), scientist, file.getvalue())
    assert DatasetRows().erase(SUBJECT, actor=actor_of(scientist)) == 50
    found = pq.ParquetFile(io.BytesIO(_content(version)))
    assert found.schema_arrow.equals(table.schema)
    assert found.num_row_groups == 4
    assert found.read().column("n").to_pylist() == list(range(0, 100, 2))
    version.refresh_from_db()
    assert version.rows == 50
    assert [column["nulls"] for column in version.typed_schema] == [0, 0, 50]


def test_the_old_file_goes_with_its_key_and_the_ledger_tells_of_it(
    scientist: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """S4-71: the row of the ledger counts and names nobody."""
    version = with_people(make_dataset(scientist), scientist)
    model = make_version(make_model(scientist), scientist, datasets=[version])
    old = version.artifact
    stored = list(Path(settings.MODELOPS_HOME, "artifacts").rglob(old.storage_name))
    assert len(stored) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert DatasetRows().erase(SUBJECT, actor=actor_of(scientist)) == 2
    assert not stored[0].exists()
    assert not Artifact.objects.filter(pk=old.pk).exists()
    told = AuditEvent.objects.get(name="people.rows.erased")
    assert told.details["rows"] == 2
    assert "assenger" not in str(told.details)
    fact = RowsErased.objects.get()
    assert (fact.sha256_before, fact.rows) == (old.sha256, 2)
    # What was trained on the version still names it.
    assert list(model.datasets.all()) == [version]
    # A second run finds nothing to do.
    assert DatasetRows().erase(SUBJECT, actor=actor_of(scientist)) == 0


def test_a_version_that_is_all_about_one_person_is_refused(scientist: Any) -> None:
    version = with_people(make_dataset(scientist), scientist, b"passenger,delay\npassenger@example.org,2\n")
    with pytest.raises(ErasureRefused, match="Every row"):
        DatasetRows().erase(SUBJECT, actor=actor_of(scientist))
    assert _content(version).endswith(b",2\n")


def test_nothing_but_an_erasure_changes_the_file_of_a_version(scientist: Any) -> None:
    version = with_people(make_dataset(scientist), scientist)
    for change in ({"rows": 1}, {"schema": []}, {"number": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DatasetVersion.objects.filter(pk=version.pk).update(**change)


def test_a_profile_that_was_measured_with_the_person_goes_with_their_rows(scientist: Any) -> None:
    """S4-64: where somebody fills so many rows that their name is a category, the profile is measured anew."""
    from modelops.jobs.models import Job
    from modelops.jobs.services import run
    from monitoring.monitors.models import ReferenceProfile
    from monitoring.monitors.profiles import profile_of, published, want_profile

    rows = "passenger@example.org,1\n" * 30 + "other@example.org,2\n" * 30
    version = with_people(make_dataset(scientist), scientist, f"who,n\n{rows}".encode(), column="who")
    want_profile(version, actor=actor_of(scientist))
    assert run(Job.objects.get(kind="drift.profile").pk)
    said = dict(published(profile_of(version), ["who"]))
    assert "passenger@example.org" in str(said)
    assert DatasetRows().erase_part(str(version.pk), SUBJECT, actor=actor_of(scientist)) == 30
    assert not ReferenceProfile.objects.exists()
    version.refresh_from_db()
    assert want_profile(version, actor=actor_of(scientist)) is not None
    assert run(Job.objects.filter(kind="drift.profile", state="queued").get().pk)
    said = dict(published(profile_of(version), ["who"]))
    assert "passenger@example.org" not in str(said)
    assert "other@example.org" in str(said)
