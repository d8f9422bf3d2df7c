"""A dataset version by reference: an object of a registered source, read by a worker and sealed (S3-34)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.audit.models import AuditEvent
from modelops.jobs.models import Job
from modelops.jobs.services import run as run_job
from registry.artifacts.access import open_artifact, pieces
from registry.models import DatasetVersion
from registry.sources import reading
from registry.sources.models import DataImport
from registry.uploads import receiving
from registry.uploads.models import UploadPart, UploadSession
from tests.dataquality.datasets import work
from tests.registry.samples import CSV, make_dataset
from tests.wire.fixtures import KINDS

pytestmark = pytest.mark.django_db
Add = Callable[..., Any]
ADDRESS = "/api/v1/datasets/flights/imports/"
KEY = "2013/flights.csv"


@pytest.fixture
def dataset(scientist: Any) -> Any:
    return make_dataset(scientist, name="flights")


def ask(api: Client, key: str = KEY, **more: Any) -> Any:
    said = {"source": "lake", "key": key, **more}
    return api.post(ADDRESS, said, content_type="application/json")


def content_of(version: DatasetVersion) -> bytes:
    return b"".join(pieces(open_artifact(version.artifact)))


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_becomes_a_version(kind: str, outside: Add, dataset: Any, api: Client) -> None:
    """S3-34: listed, asked for, read over the wire of its provider, sealed; where it lay stays with the version."""
    place = outside(kind)
    place.put(KEY, CSV)
    place.put("2014/flights.csv", b"a,b\n1,2\n")
    (listed,) = api.get("/api/v1/data-sources/lake/objects/?prefix=2013/").json()
    assert (listed["key"], listed["size"]) == (KEY, len(CSV))
    digest = hashlib.sha256(CSV).hexdigest()
    answer = ask(api, tag=listed["tag"], digest={"sha256": digest})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued"), answer.json()
    work()
    (told,) = api.get(ADDRESS).json()["results"]
    assert (told["state"], told["version"], told["key"], told["tag"]) == ("succeeded", 1, KEY, listed["tag"])
    version = DatasetVersion.objects.get(dataset=dataset)
    assert (version.rows, version.artifact.sha256, content_of(version)) == (3, digest, CSV)
    assert version.created_by is not None
    assert version.artifact.file_name == "flights.csv"
    assert not UploadPart.objects.exists()
    (row,) = AuditEvent.objects.filter(name="sources.import.done", target_id=str(version.pk))
    assert row.details["sha256"] == digest
    assert KEY not in str(list(AuditEvent.objects.values_list("details", flat=True)))


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_that_changes_is_not_mixed(
    kind: str, outside: Add, dataset: Any, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed between looking and asking, between asking and reading, and while it is read: refused each time."""
    place = outside(kind)
    place.put(KEY, CSV)
    (listed,) = api.get("/api/v1/data-sources/lake/objects/").json()
    place.put(KEY, CSV + b"9,9,9\n")
    answer = ask(api, tag=listed["tag"])
    assert (answer.status_code, answer.json()["code"]) == (409, "source.changed")
    assert ask(api).status_code == 202
    place.put(KEY, CSV)
    work()
    monkeypatch.setattr(reading, "PIECE_BYTES", 16)
    assert ask(api).status_code == 202
    began = reading._place

    def changing(source: Any) -> Any:
        found = began(source)
        read_at = found.read_at

        def then_change(expected: Any, start: int, end: int) -> bytes:
            if start == 32:
                place.put(KEY, CSV[::-1])
            return bytes(read_at(expected, start, end))

        monkeypatch.setattr(found, "read_at", then_change)
        return found

    monkeypatch.setattr(reading, "_place", changing)
    work()
    assert [row.state for row in DataImport.objects.all()] == ["failed", "failed"]
    assert all("has changed since it was looked at" in row.failure for row in DataImport.objects.all())
    assert not DatasetVersion.objects.exists()
    assert not UploadSession.objects.exists()
    assert AuditEvent.objects.filter(name="sources.import.failed").count() == 2


def test_a_worker_that_dies_is_gone_on_from(
    outside: Add, dataset: Any, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has arrived in whole parts is not read again; the version is the object, once."""
    monkeypatch.setattr(receiving, "PART_BYTES", 1000)
    monkeypatch.setattr(reading, "PIECE_BYTES", 500)
    data = b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7) for n in range(2000))
    place = outside()
    place.put(KEY, data)
    assert ask(api).status_code == 202
    asked: list[int] = []
    read_at = reading.FolderOfObjects.read_at

    def dying(self: Any, found: Any, start: int, end: int) -> bytes:
        asked.append(start)
        if start == 5000:
            raise KeyboardInterrupt
        return read_at(self, found, start, end)

    monkeypatch.setattr(reading.FolderOfObjects, "read_at", dying)
    job = Job.objects.get(kind="datasets.import")
    with pytest.raises(KeyboardInterrupt):
        run_job(job.pk)
    assert UploadSession.objects.get().offset == 5000
    Job.objects.filter(pk=job.pk).update(state="queued")
    monkeypatch.setattr(reading.FolderOfObjects, "read_at", read_at)
    work()
    version = DatasetVersion.objects.get()
    assert (version.rows, content_of(version)) == (2000, data)
    assert run_job(job.pk) is False
    assert asked[-1] == 5000


@pytest.mark.parametrize(
    "key", ["../secret.csv", "/etc/passwd", "a//b.csv", "a/./b.csv", "a/../../b.csv", "", "a\x00b", "a\nb", "x" * 1025]
)
def test_no_key_leads_out(key: str, outside: Add, dataset: Any, api: Client) -> None:
    outside()
    answer = ask(api, key)
    assert answer.status_code in {400, 422}, answer.json()
    assert not DataImport.objects.exists()


def test_no_link_leads_out_of_a_folder(outside: Add, dataset: Any, api: Client, tmp_path: Any) -> None:
    """A link in the folder, to a file or to a folder, is not followed; a pipe is not waited for."""
    import os
    from pathlib import Path

    place = outside()
    (tmp_path / "secret.csv").write_bytes(CSV)
    folder = Path(place.source.options["folder"])
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "sub").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.csv")
    for key in ("link.csv", "sub/secret.csv", "pipe.csv"):
        assert ask(api, key).status_code in {404, 503}
    assert api.get("/api/v1/data-sources/lake/objects/").json() == []
    assert api.get("/api/v1/data-sources/lake/objects/?prefix=sub").json() == []
    assert not DataImport.objects.exists()


def test_only_named_roles_read(outside: Add, dataset: Any, api: Client, scientist: Any) -> None:
    """A source of another role is not there; one that is taken away in the meantime is not read."""
    outside(name="theirs", role="Pipeline").put(KEY, CSV)
    place = outside()
    place.put(KEY, CSV)
    assert [row["name"] for row in api.get("/api/v1/data-sources/").json()["results"]] == ["lake"]
    assert ask(api, source="theirs").status_code == 404
    assert api.get("/api/v1/data-sources/theirs/objects/").status_code == 404
    assert ask(api).status_code == 202
    place.source.roles.clear()
    work()
    assert "No role of this account" in DataImport.objects.get().failure
    assert not DatasetVersion.objects.exists()


def test_what_is_no_table_is_refused(outside: Add, dataset: Any, api: Client) -> None:
    """The refusals of an upload are those of an import, and nothing is kept of it."""
    place = outside()
    for key, data in {"model.bin": b"\x80\x04K\x01.", "wrong.csv": CSV}.items():
        place.put(key, data)
        said = {"digest": {"sha256": "0" * 64}} if key == "wrong.csv" else {}
        assert ask(api, key, **said).status_code == 202
    assert ask(api, "nowhere.csv").json()["code"] == "source.object_missing"
    place.put("empty.csv", b"")
    assert ask(api, "empty.csv").json()["code"] == "artifact.empty"
    work()
    failures = {row.key: row.failure for row in DataImport.objects.all()}
    assert "What arrived has the SHA-256" in failures["wrong.csv"]
    assert failures["model.bin"]
    assert (DatasetVersion.objects.count(), UploadSession.objects.count()) == (0, 0)


def test_the_same_request_twice_is_one_import(outside: Add, dataset: Any, api: Client) -> None:
    outside().put(KEY, CSV)
    said = {"source": "lake", "key": KEY}
    answers = [
        api.post(ADDRESS, said, content_type="application/json", headers={"Idempotency-Key": "nightly-1"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert DataImport.objects.count() == 1


def test_the_upload_behind_it_is_the_portals_alone(outside: Add, dataset: Any, api: Client) -> None:
    """Who asked for the import can neither see, add to, nor complete what arrives of it."""
    outside().put(KEY, CSV)
    ask(api)
    session = UploadSession.objects.get()
    assert api.get("/api/v1/uploads/").json()["results"] == []
    assert api.get(f"/api/v1/uploads/{session.pk}/").status_code == 404
    answer = api.post(
        "/api/v1/datasets/flights/versions/", {"upload": str(session.pk)}, content_type="application/json"
    )
    assert answer.status_code == 404


def test_an_import_is_cancelled(outside: Add, dataset: Any, api: Client) -> None:
    outside().put(KEY, CSV)
    job = ask(api).json()["job"]
    assert api.post(f"/api/v1/jobs/{job}/cancel/").json()["state"] == "cancelled"
    row = DataImport.objects.get()
    assert (row.state, row.failure, UploadSession.objects.count()) == ("failed", "Cancelled.", 0)


def test_on_the_page(outside: Add, dataset: Any, portal: Client) -> None:
    """In the portal: look into the source, choose, import, and see on the version where it comes from."""
    place = outside()
    place.put(KEY, CSV)
    address = reverse("sources:import-new", args=["flights"])
    assert address in portal.get(dataset.get_absolute_url()).content.decode()
    page = portal.get(address, {"source": "lake"})
    assert KEY in page.content.decode()
    answer = portal.post(address, {"source": "lake", "key": KEY, "tag": page.context["objects"][0].tag})
    assert answer.headers["Location"] == reverse("jobs:detail", args=[Job.objects.get(kind="datasets.import").pk])
    refused = portal.post(address, {"source": "lake", "key": "../x"})
    assert (refused.status_code, "none of them" in refused.content.decode()) == (422, True)
    work()
    assert f"lake: <code>{KEY}</code>" in portal.get(DatasetVersion.objects.get().get_absolute_url()).content.decode()
