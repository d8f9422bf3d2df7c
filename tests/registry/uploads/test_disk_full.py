"""A full disk: 507 with nothing half visible, the rest of the portal goes on, and space brings uploads back."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from registry.models import Artifact, ModelVersion
from tests.registry.samples import make_model, safetensors

from .sending import UPLOADS, VERSIONS, begin, complete, offset, refused, send

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(os.geteuid() != 0, reason="Only root can mount a small disk: run the suite as root."),
]
BIG = safetensors(bytes(range(256)) * 4 * 6000)  # 6 MB on a disk of 4


@pytest.fixture
def small_disk(settings: Any) -> Iterator[Path]:
    """The artifact folder on a disk of 4 MiB."""
    folder = Path(settings.MODELOPS_HOME) / "artifacts"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("This container may not mount a small disk.")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_full_disk_stores_nothing_and_recovers(api: Client, scientist: Any, small_disk: Path) -> None:
    make_model(scientist)
    for sent in (
        {"data": {"file": SimpleUploadedFile("m", BIG)}},
        {"data": BIG, "content_type": "application/octet-stream"},
    ):
        refused(api.post(VERSIONS, **sent), 507, "storage.full")
        assert (files(small_disk), Artifact.objects.count()) == ([], 0)
    # Other work needs no room there.
    assert api.get("/api/v1/models/").status_code == 200
    assert api.post(UPLOADS, {"length": 5}, content_type="application/json").status_code == 201
    assert api.post(VERSIONS, safetensors(), content_type="application/octet-stream").status_code == 201


def test_an_upload_in_pieces_waits_for_room(api: Client, scientist: Any, small_disk: Path) -> None:
    make_model(scientist)
    ballast = small_disk / "ballast"
    content = safetensors(bytes(range(256)) * 4 * 1200)  # 1.2 MB
    address = begin(api, len(content))
    assert send(api, address, 0, content[:400_000]).status_code == 204
    with ballast.open("wb") as file:  # somebody else fills the disk
        file.write(bytes(3 << 20))
    refused(send(api, address, 400_000, content[400_000:]), 507, "storage.full")
    assert offset(api, address) == 400_000
    assert len(files(small_disk)) == 2
    ballast.unlink()
    assert send(api, address, 400_000, content[400_000:]).status_code == 204
    assert complete(api, address.removeprefix(UPLOADS).strip("/")).status_code == 201
    assert ModelVersion.objects.count() == 1
