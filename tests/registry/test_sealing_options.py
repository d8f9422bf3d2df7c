"""How files are sealed: by closed lists, with the cipher, codec and digests that the settings name."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from modelops.crypto.stream import HEADER_BYTES, Algorithm, Codec, Header
from registry.artifacts import open_artifact
from registry.artifacts.codec import choose_codec
from registry.models import Artifact

from .answers import problem_of
from .samples import CSV, make_dataset, make_dataset_version, make_model, make_version, npz, onnx, parquet, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
BAD = [
    ("MODELOPS_ARTIFACT_CIPHER", "AES-128-CBC", "AES-256-GCM, ChaCha20-Poly1305"),
    ("MODELOPS_ARTIFACT_CIPHER", "", "AES-256-GCM, ChaCha20-Poly1305"),
    ("MODELOPS_ARTIFACT_DIGESTS", ["md5"], "sha256 and sha512"),
    ("MODELOPS_ARTIFACT_DIGESTS", ["sha256", "sha1"], "sha256 and sha512"),
    ("MODELOPS_ARTIFACT_DIGESTS", ["sha512"], "sha256 names each file"),
    ("MODELOPS_ARTIFACT_CODEC", "gzip", "auto, none, zstd"),
    ("MODELOPS_ZSTD_LEVEL", 22, "between 1 and 19"),
]


@pytest.mark.parametrize(("name", "value", "said"), BAD)
def test_a_setting_that_is_not_on_the_list_is_refused(
    settings: Any, api: Client, scientist: Any, stored: Stored, name: str, value: Any, said: str
) -> None:
    """S0-07, S0-17, S1-32: by the system check at start, and again before a file is taken."""
    make_model(scientist)
    assert not [found for found in run_checks() if found.id == "modelops.E030"]
    setattr(settings, name, value)
    (found,) = [found for found in run_checks() if found.id == "modelops.E030"]
    assert name in found.msg
    assert said in found.msg
    answer = api.post("/api/v1/models/arrival-delay/versions/", {"file": SimpleUploadedFile("m", safetensors())})
    assert problem_of(answer) == (503, "artifact.bad_setting")
    assert stored() == []
    assert not Artifact.objects.exists()


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("codec", list(Codec))
def test_files_of_every_cipher_and_codec_open_whatever_the_settings_say_later(
    settings: Any, scientist: Any, stored: Stored, algorithm: Algorithm, codec: Codec
) -> None:
    """S0-07."""
    settings.MODELOPS_ARTIFACT_CIPHER, settings.MODELOPS_ARTIFACT_CODEC = algorithm.label, codec.label
    content = safetensors(os.urandom(2_200_000))
    version = make_version(make_model(scientist), scientist, content)
    (path,) = stored()
    header = Header.unpack(path.read_bytes()[:HEADER_BYTES])
    assert (header.algorithm, header.codec) == (algorithm, codec)
    assert (version.artifact.cipher, version.artifact.codec) == (algorithm.suite, codec.label)
    assert version.artifact.stored_size == path.stat().st_size
    settings.MODELOPS_ARTIFACT_CIPHER, settings.MODELOPS_ARTIFACT_CODEC = "AES-256-GCM", "none"
    with open_artifact(version.artifact) as file:
        assert file.read() == content
    sealed = bytearray(path.read_bytes())
    sealed[9] = 3 - sealed[9]
    path.write_bytes(sealed)
    from modelops.crypto.errors import DecryptionFailed

    with pytest.raises(DecryptionFailed):
        open_artifact(version.artifact)


def test_both_digests_are_kept_or_only_the_first(settings: Any, scientist: Any) -> None:
    """S0-17, S0-20, S1-32."""
    model = make_model(scientist)
    content = safetensors(os.urandom(4_000))
    both = make_version(model, scientist, content).artifact
    assert both.sha512 == hashlib.sha512(content).hexdigest()
    settings.MODELOPS_ARTIFACT_DIGESTS = ["sha256"]
    one = make_version(model, scientist, content).artifact
    assert (one.sha256, one.sha512) == (hashlib.sha256(content).hexdigest(), "")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (safetensors(bytes(400_000)), Codec.NONE),
        (npz(a=np.zeros(100_000)), Codec.NONE),
        (parquet(a=list(range(100_000))), Codec.NONE),
        (os.urandom(50_000), Codec.NONE),
        (np.random.default_rng(7).normal(size=50_000).astype("f4").tobytes(), Codec.NONE),
        (CSV * 2_000, Codec.ZSTD),
        (b'{"a": 1}\n' * 9_000, Codec.ZSTD),
        (onnx() * 100, Codec.ZSTD),
        (b"x", Codec.NONE),
        (b"", Codec.NONE),
    ],
)
def test_the_content_decides_on_the_codec(content: bytes, expected: Codec) -> None:
    """S0-41: what is dense already stays as it is."""
    assert choose_codec("auto", content[: 1 << 20]) is expected


def test_a_table_is_stored_small_and_comes_back_byte_for_byte(scientist: Any, portal: Client, stored: Stored) -> None:
    """S0-41: codec and ratio are shown on the page."""
    table = b"carrier,delay\n" + b"".join(b"UA,%d\n" % (n % 60) for n in range(400_000))
    version = make_dataset_version(make_dataset(scientist), scientist, table)
    (path,) = stored()
    assert path.stat().st_size < len(table) / 5
    with open_artifact(version.artifact) as file:
        assert file.read() == table
    page = portal.get("/datasets/flights/versions/1/").content.decode()
    assert "zstd" in page
    assert " to 1" in page


def test_the_page_shows_cipher_key_and_key_version(scientist: Any, portal: Client, api: Client) -> None:
    """S0-01, S1-09, S4-19."""
    artifact = make_version(make_model(scientist), scientist).artifact
    page = portal.get("/models/arrival-delay/versions/1/").content.decode()
    for shown in ("AES-256-GCM", str(artifact.key_id), "Key version", artifact.sha512):
        assert shown in page
    said = api.get("/api/v1/models/arrival-delay/versions/1/").json()
    assert (said["key_id"], said["cipher"], said["codec"]) == (str(artifact.key_id), artifact.cipher, "none")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key_version": 0}, "registry_artifact_has_key"),
        ({"wrapped_key": b""}, "registry_artifact_has_data_key"),
        ({"wrapped_key": None}, "wrapped_key"),
        ({"codec": "gzip"}, "registry_artifact_codec_known"),
    ],
)
def test_the_database_refuses_a_file_without_key(scientist: Any, change: dict[str, Any], said: str) -> None:
    """S1-33: there is no version without encryption, not even past the services."""
    artifact = make_version(make_model(scientist), scientist).artifact
    fields = {field.attname: getattr(artifact, field.attname) for field in Artifact._meta.concrete_fields}
    fields |= {"id": None, "storage_name": "0" * 32 + ".sealed", **change}
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        Artifact.objects.bulk_create([Artifact(**{**fields, "id": "01890000-0000-7000-8000-000000000001"})])


def test_what_a_file_was_sealed_with_cannot_be_changed(scientist: Any) -> None:
    """S0-34."""
    make_version(make_model(scientist), scientist)
    for change in ({"codec": "zstd"}, {"sha512": ""}, {"stored_size": 1}, {"cipher": "x"}):
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            Artifact.objects.update(**change)


def test_the_system_page_shows_that_every_artifact_is_encrypted(scientist: Any, client: Client) -> None:
    """S1-33."""
    from tests.accounts.people import make_user, sign_in

    make_version(make_model(scientist), scientist)
    admin = make_user("root")
    type(admin).objects.filter(pk=admin.pk).update(is_staff=True, is_superuser=True)
    page = sign_in(client, admin).get("/admin/system/").content.decode()
    tile = page[page.index("Encrypted artifacts") :]
    assert "100 %" in tile[:200]
    assert "1 of 1" in tile[:300]
