"""Reading a stored file back: at constant memory, naming what is wrong and where."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from registry.artifacts.access import open_artifact
from registry.artifacts.verification import TOOL, verify_stream
from registry.models import Artifact

from .samples import make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
CONTENT = safetensors(os.urandom(3_400_000))
FULL = (1 << 20) + 16


@pytest.fixture
def artifact(stored: Stored, scientist: Any) -> Artifact:
    """A file of four segments."""
    return make_version(make_model(scientist), scientist, CONTENT).artifact


def changed(path: Path, *places: int) -> None:
    data = bytearray(path.read_bytes())
    for place in places:
        data[place] ^= 1
    path.write_bytes(data)


def test_a_sound_file_passes_every_check(artifact: Artifact, stored: Stored) -> None:
    """S0-04, S0-17: both digests, with the tool and how long it took."""
    (path,) = stored()
    found = verify_stream(path.open("rb"), artifact)
    assert found.is_sound
    assert (found.sha256, found.sha512, found.bad_segment) == (artifact.sha256, artifact.sha512, None)
    assert (found.tool, found.duration_s >= 0) == (TOOL, True)
    assert [(check.name, check.passed) for check in found.checks] == [
        (name, True) for name in ("key", "cipher", "codec", "segments", "size", "sha256", "sha512")
    ]


@pytest.mark.parametrize(
    ("places", "segment"),
    [
        ([96], 0), ([96 + FULL - 1], 0), ([96 + FULL], 1), ([96 + 2 * FULL + 77], 2), ([96 + 3 * FULL + 1], 3),
        ([96 + 3 * FULL + 1, 96 + FULL + 1], 1), ([-1, 96 + 2 * FULL], 2),
    ],
)  # fmt: skip
def test_the_first_bad_segment_is_named(artifact: Artifact, stored: Stored, places: list[int], segment: int) -> None:
    """S0-04: one flipped byte is enough."""
    (path,) = stored()
    changed(path, *places)
    found = verify_stream(path.open("rb"), artifact)
    assert (found.is_sound, found.bad_segment, found.sha256) == (False, segment, None)
    assert f"Segment {segment}" in found.reason
    assert {check.name: check.passed for check in found.checks}["segments"] is False


def test_the_first_bad_segment_of_a_compressed_file_is_named(scientist: Any, stored: Stored) -> None:
    """S0-04, S0-41: its table lies at the end, and yet the first fault is told."""
    table = b"n\n" + b"".join(b"%d\n" % (n * 7919 % 1_000_003) for n in range(800_000))
    artifact = make_dataset_version(make_dataset(scientist), scientist, table).artifact
    assert artifact.codec == "zstd"
    (path,) = stored()
    assert path.stat().st_size > 96 + FULL
    assert verify_stream(path.open("rb"), artifact).is_sound
    changed(path, 96 + 5, -1)
    assert verify_stream(path.open("rb"), artifact).bad_segment == 0


@pytest.mark.parametrize("place", [0, 8, 9, 10, 11, 20, 30, 40, 70])
def test_a_changed_header_is_told_apart(artifact: Artifact, stored: Stored, place: int) -> None:
    (path,) = stored()
    changed(path, place)
    found = verify_stream(path.open("rb"), artifact)
    assert (found.is_sound, found.bad_segment) == (False, None)
    assert {check.name: check.passed for check in found.checks} == {
        "key": False, "segments": None, "sha256": None, "sha512": None,
    }  # fmt: skip


def test_missing_keys_say_nothing_about_a_file(artifact: Artifact, stored: Stored) -> None:
    (path,) = stored()
    KeyVersion.objects.filter(purpose=Purpose.ARTIFACT).update(state=KeyState.SUSPENDED)
    keyring.forget()
    try:
        with pytest.raises(KeysUnavailable):
            verify_stream(path.open("rb"), artifact)
    finally:
        KeyVersion.objects.filter(purpose=Purpose.ARTIFACT).update(state=KeyState.ACTIVE)
        keyring.forget()


def test_the_answer_names_segment_tool_and_duration(api: Client, artifact: Artifact, stored: Stored) -> None:
    """S0-04: over REST."""
    (path,) = stored()
    changed(path, 96 + 2 * FULL)
    answer = api.post("/api/v1/models/arrival-delay/versions/1/verify/").json()
    assert (answer["verified"], answer["bad_segment"], answer["tool"]) == (False, 2, TOOL)
    assert answer["duration_s"] >= 0
    assert {"name": "segments", "passed": False, "text": answer["reason"]} in answer["checks"]


def test_seeking_past_damage_reads_the_rest(artifact: Artifact, stored: Stored) -> None:
    (path,) = stored()
    changed(path, 96 + 5)
    with open_artifact(artifact) as file:
        file.seek(2_000_000)
        assert file.read(10) == CONTENT[2_000_000:2_000_010]


@pytest.mark.parametrize("codec", ["NONE", "ZSTD"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, codec: str) -> None:
    """S0-04, S0-21: sealing, opening and digests of 16 and of 192 MiB need the same, and less than 64 MiB."""
    program = textwrap.dedent("""
        import sys, uuid
        from pathlib import Path
        from modelops.crypto.stream import Codec, Digests, SealedReader, SealingWriter
        path, mib, codec = sys.argv[1], int(sys.argv[2]), Codec[sys.argv[3]]
        def peak():
            return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
        Path("/proc/self/clear_refs").write_text("5")  # the highest use so far was that of the imports
        begun = peak()
        piece = bytes(range(256)) * 4096
        with open(path, "wb") as raw:
            writer = SealingWriter(raw, data_key=bytes(32), data_key_id=uuid.UUID(int=1), key_version=1, context=b"c",
                                   codec=codec, digests=("sha256", "sha512"))
            for _ in range(mib):
                writer.write(piece)
            writer.finish()
        digests = Digests(("sha256", "sha512"))
        for piece in SealedReader(open(path, "rb"), data_key=bytes(32), context=b"c").pieces():
            digests.update(piece)
        assert digests.hex() == writer.digests
        print((peak() - begun) // 1024)
    """)
    grown = []
    for mib in ("16", "192"):
        command = [sys.executable, "-c", program, str(tmp_path / "f"), mib, codec]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parents[2], timeout=120
        )
        grown.append(int(done.stdout))
    assert 0 < max(grown) < 64
    assert grown[1] - grown[0] < 16
