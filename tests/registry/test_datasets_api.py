"""Creating datasets and uploading versions over REST."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compliance.audit.models import AuditEvent
from registry.frames import open_table
from registry.models import DatasetVersion

from .answers import problem_of
from .samples import CSV, make_dataset, make_dataset_version, parquet

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
ADDRESS = "/api/v1/datasets/flights/versions/"


def upload(api: Client, content: bytes) -> Any:
    return api.post(ADDRESS, {"file": SimpleUploadedFile("flights.csv", content)})


def test_a_dataset_and_its_version(api: Client, scientist: Any) -> None:
    assert api.post("/api/v1/datasets/", {"name": "flights"}, content_type="application/json").status_code == 201
    answer = upload(api, CSV)
    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["version"], body["rows"], body["columns"]) == (1, 3, 3)
    assert body["digest"]["sha256"] == hashlib.sha256(CSV).hexdigest()
    assert body["schema"][1] == {"name": "dep_delay", "type": "double", "nulls": 1}
    assert api.get(f"{ADDRESS}1/artifact/").getvalue() == CSV
    assert api.post(f"{ADDRESS}1/verify/").json()["verified"]
    for event in ("created", "artifact"):
        assert AuditEvent.objects.filter(name__contains=event).exists()
    (added,) = AuditEvent.objects.filter(name="registry.dataset_version.added")
    assert added.sentence == "added version 1 of dataset flights (3 rows, 3 columns)"


def test_a_name_is_given_once(api: Client, scientist: Any) -> None:
    make_dataset(scientist)
    again = api.post("/api/v1/datasets/", {"name": "flights"}, content_type="application/json")
    assert problem_of(again) == (409, "dataset.name_taken")
    wrong = api.post("/api/v1/datasets/", {"name": "a/b"}, content_type="application/json")
    assert problem_of(wrong) == (400, "name.invalid")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "dataset.empty"),
        (b"a,b\n", 400, "dataset.empty"),
        (b"a,b\n1,\n2,\n", 400, "dataset.empty_column"),
        (b"\x89PNG\r\n\x1a\n", 415, "dataset.unknown_format"),
        (parquet(a=[1, 2])[:-9], 400, "dataset.unreadable"),
    ],
)
def test_an_unusable_table_stores_nothing(
    api: Client, scientist: Any, stored: Stored, content: bytes, status: int, code: str
) -> None:
    make_dataset(scientist)
    assert problem_of(upload(api, content)) == (status, code)
    assert not DatasetVersion.objects.exists()
    assert stored() == []


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        parquet(carrier=["UA", "AA", "B6"], dep_delay=[2.5, None, -4.0], day=["x", "y", "z"]),
        b'{"carrier": "UA", "dep_delay": 2.5, "day": "x"}\n{"carrier": "AA", "day": "y"}\n'
        b'{"carrier": "B6", "dep_delay": -4, "day": "z"}\n',
    ],
)
def test_a_frame_reads_columns_from_the_sealed_file(scientist: Any, content: bytes) -> None:
    version = make_dataset_version(make_dataset(scientist), scientist, content)
    frame = open_table(DatasetVersion.objects.get(pk=version.pk))
    assert frame.rows == 3
    assert [column.name for column in frame.columns] == ["carrier", "dep_delay", "day"]
    assert frame.read_column("dep_delay").to_pylist() == [2.5, None, -4.0]
    # In the order that was asked for, not that of the file.
    assert frame.read(["day", "carrier"]).column_names == ["day", "carrier"]
    assert sum(batch.num_rows for batch in frame.batches()) == 3


def test_an_unknown_column_is_named(scientist: Any) -> None:
    from modelops.lib.errors import NotFound

    frame = open_table(make_dataset_version(make_dataset(scientist), scientist))
    with pytest.raises(NotFound, match="'speed'"):
        frame.read_column("speed")


def test_a_viewer_sees_but_does_not_download(api_as: Any, scientist: Any) -> None:
    """S4-14."""
    from tests.accounts.people import make_user

    make_dataset_version(make_dataset(scientist), scientist)
    viewer = api_as(make_user("viewer", "Viewer"))
    assert viewer.get(f"{ADDRESS}1/").status_code == 200
    assert problem_of(viewer.get(f"{ADDRESS}1/artifact/")) == (403, "permission.denied")
