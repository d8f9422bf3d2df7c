"""Plaintext never reaches a disk: a canary is looked for in everything that was written."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from .samples import make_dataset, make_model, safetensors

pytestmark = pytest.mark.django_db
CANARY = b"canary-7f3a91c2-in-a-model"


def traces(folder: Path, needle: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


def test_no_part_of_an_upload_lies_in_clear(
    api: Client, scientist: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-25, S0-01: neither in the store nor in the temporary folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    home = Path(settings.MODELOPS_HOME)
    (home / "control").write_bytes(CANARY)  # The search itself finds what is there.
    assert traces(home, CANARY) == [home / "control"]
    (home / "control").unlink()

    make_model(scientist)
    make_dataset(scientist)
    model = safetensors((CANARY * 400_000)[:8_000_000])
    table = b"name,n\n" + b"".join(b"%s,%d\n" % (CANARY, n) for n in range(200_000))
    for address, content in (("models/arrival-delay", model), ("datasets/flights", table)):
        file = SimpleUploadedFile("f", content)
        assert api.post(f"/api/v1/{address}/versions/", {"file": file}).status_code == 201
    assert traces(home, CANARY) == []
    assert traces(tmp_path, CANARY) == []


def test_parameters_lie_sealed_in_their_column(api: Client, scientist: Any) -> None:
    make_model(scientist)
    fields = {"file": SimpleUploadedFile("m", safetensors()), "parameters": '{"note": "canary-in-a-parameter"}'}
    assert api.post("/api/v1/models/arrival-delay/versions/", fields).status_code == 201
    with connection.cursor() as cursor:
        cursor.execute("SELECT parameters, row_to_json(v)::text FROM registry_modelversion v")
        sealed, row = cursor.fetchone()
    assert isinstance(sealed, bytes | memoryview)
    assert b"canary" not in bytes(sealed)
    assert "canary" not in row
