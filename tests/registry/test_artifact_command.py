"""``manage.py artifact``: the header of a sealed file without any key, and its plaintext only when all is proven."""

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from compliance.audit.models import AuditEvent
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from registry.models import Artifact, ArtifactCopy, ModelVersion

from .samples import make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
CONTENT = safetensors(os.urandom(2_500_000))


@pytest.fixture
def version(stored: Stored, scientist: Any) -> ModelVersion:
    """A version whose file has three segments."""
    return make_version(make_model(scientist), scientist, CONTENT)


@pytest.fixture
def sealed(version: ModelVersion, stored: Stored) -> Path:
    """Where its sealed file lies."""
    (path,) = stored()
    return path


def code_of(*arguments: str) -> int:
    """The exit code that the command ends with."""
    try:
        call_command("artifact", *arguments)
    except CommandError as error:
        return error.returncode if str(error) else -1
    return 0


def nothing_in(folder: Path) -> bool:
    return not list(folder.iterdir())


def test_the_header_is_printed_without_key_or_database(sealed: Path, version: ModelVersion) -> None:
    """S0-34: by a process that has neither a root key nor a server to ask."""
    env = {
        "PATH": os.environ["PATH"],
        "MODELOPS_ENV": "test",
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "MODELOPS_HOME": os.environ["MODELOPS_HOME"],
        "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "manage.py", "artifact", "inspect", str(sealed), "--json"]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["data_key_id"] == str(version.artifact.pk)
    assert (said["cipher"], said["codec"]) == (version.artifact.cipher, "none")
    assert (said["segment_bytes"], said["segments"]) == (1 << 20, 3)
    assert (said["content_bytes"], said["stored_bytes"]) == (len(CONTENT), sealed.stat().st_size)
    assert version.artifact.stored_size == sealed.stat().st_size


def test_the_header_as_text(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """S0-34."""
    assert code_of("inspect", str(sealed)) == 0
    printed = capsys.readouterr().out
    assert "AES-256-GCM/HKDF-SHA-256/segmented" in printed
    assert "key_version" in printed


def test_a_sound_file_is_opened(sealed: Path, tmp_path: Path, version: ModelVersion) -> None:
    """S0-02, S0-36."""
    out = tmp_path / "model"
    assert code_of("open", str(sealed), str(out)) == 0
    assert out.read_bytes() == CONTENT
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    event = AuditEvent.objects.get(name="registry.artifact.opened")
    assert (event.target_id, event.details["sha256"]) == (str(version.artifact.pk), version.artifact.sha256)


def test_damaged_files_leave_nothing_behind(sealed: Path, tmp_path: Path) -> None:
    """S0-36: bits of every region, cut, extended, empty."""
    whole = sealed.read_bytes()
    mutants = [whole[:-1], whole[:100], whole[: 96 + 1_048_592], whole + b"x", b"", whole[:95]]
    for place in (0, 8, 9, 10, 11, 12, 30, 40, 70, 96, 1_000_000, 1_048_687, 2_000_000, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        mutants.append(bytes(changed))
    copy, out = tmp_path / "copy", tmp_path / "out"
    out.mkdir()
    for mutant in mutants:
        copy.write_bytes(mutant)
        assert code_of("open", str(copy), str(out / "model")) == 1
        assert nothing_in(out)
    (out / "model").write_bytes(b"what stood there")
    assert code_of("open", str(copy), str(out / "model")) == 1
    assert (out / "model").read_bytes() == b"what stood there"
    copy.write_bytes(whole)
    assert code_of("open", str(copy), str(out / "model")) == 0
    assert (out / "model").read_bytes() == CONTENT


def test_a_sound_file_with_another_digest_is_refused(sealed: Path, tmp_path: Path) -> None:
    """S0-36: it opens, but it is not what the row says."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_artifact DISABLE TRIGGER USER")
        cursor.execute("UPDATE registry_artifact SET sha512 = %s", ["0" * 128])
        cursor.execute("ALTER TABLE registry_artifact ENABLE TRIGGER USER")
    assert code_of("open", str(sealed), str(tmp_path / "model")) == 1
    assert nothing_in(tmp_path)


def test_a_file_in_the_place_of_another_is_refused(
    sealed: Path, version: ModelVersion, scientist: Any, stored: Stored, tmp_path: Path
) -> None:
    """S0-21: under the store's own name of another file; under a neutral name it may be opened."""
    other = make_version(version.model, scientist, safetensors(os.urandom(400)))
    place = next(path for path in stored() if path.name == other.artifact.storage_name)
    place.write_bytes(sealed.read_bytes())
    out = tmp_path / "model"
    assert code_of("open", str(place), str(out)) == 1
    assert nothing_in(tmp_path)
    neutral = tmp_path / "neutral"
    neutral.write_bytes(sealed.read_bytes())
    assert code_of("open", str(neutral), str(out)) == 0


def test_what_is_no_file_is_told_apart(sealed: Path, tmp_path: Path) -> None:
    """Links, folders, missing files, pipes and targets that cannot be."""
    link, pipe, out = tmp_path / "link", tmp_path / "pipe", tmp_path / "out"
    link.symlink_to(sealed)
    os.mkfifo(pipe)
    for wrong in (link, tmp_path, tmp_path / "missing", pipe):
        assert code_of("open", str(wrong), str(out)) == 2
        assert code_of("inspect", str(wrong)) == 2
    copy = tmp_path / "copy"
    copy.write_bytes(sealed.read_bytes())
    store = Path(settings.MODELOPS_HOME) / "artifacts" / "plain"
    for target in (tmp_path, link, tmp_path / "no" / "folder", copy, store):
        assert code_of("open", str(copy), str(target)) == 2
    assert copy.read_bytes() == sealed.read_bytes()
    assert not out.exists()
    assert not store.exists()


def test_keys_that_are_not_there_are_told_apart(sealed: Path, tmp_path: Path) -> None:
    """S0-37: an unknown file, and a known file whose ring key is gone."""
    KeyVersion.objects.filter(purpose=Purpose.ARTIFACT).update(state=KeyState.SUSPENDED)
    keyring.forget()
    try:
        assert code_of("open", str(sealed), str(tmp_path / "model")) == 2
    finally:
        KeyVersion.objects.filter(purpose=Purpose.ARTIFACT).update(state=KeyState.ACTIVE)
        keyring.forget()
    ArtifactCopy.objects.all().delete()
    ModelVersion.objects.all().delete()
    Artifact.objects.all().delete()
    with pytest.raises(CommandError, match="has no file"):
        call_command("artifact", "open", str(sealed), str(tmp_path / "model"))
    assert nothing_in(tmp_path)


def test_the_output_gets_nothing_of_a_damaged_file(sealed: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """S0-36: also when the damage lies at the end."""
    assert code_of("open", str(sealed), "-") == 0
    assert capfdbinary.readouterr().out == CONTENT
    damaged = bytearray(sealed.read_bytes())
    damaged[2_200_000] ^= 1
    sealed.write_bytes(damaged)
    assert code_of("open", str(sealed), "-") == 1
    assert capfdbinary.readouterr().out == b""


def test_many_files_are_answered_one_by_one(
    sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(sealed.read_bytes()[:-1])
    lines = [
        f"{sealed}\t{tmp_path / 'one'}", f"{damaged}\t{tmp_path / 'two'}", f"{tmp_path / 'none'}\t{tmp_path / 'three'}",
        "no tab", f"{sealed}\t-", "", f"{sealed}\t{tmp_path / 'four'}",
    ]  # fmt: skip
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    assert code_of("open", "-") == 0
    assert capsys.readouterr().out.split() == ["0", "1", "2", "2", "2", "0"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged", "four", "one"]
    assert (tmp_path / "four").read_bytes() == CONTENT
