"""The store writes a name once, durably, and the sweeper removes what nobody names."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from modelops.crypto.stream.header import MAGIC
from modelops.lib.errors import Conflict
from modelops.lib.ids import uuid7
from registry.artifacts.sealed import Sealing
from registry.artifacts.sweep import sweep
from registry.locations.filesystem import FilesystemStore
from registry.locations.folder_files import LAID_OUT
from registry.locations.store import FileMissing, StorageUnavailable

from .samples import make_model, make_version, safetensors


def new_name() -> str:
    return f"{uuid7().hex}.sealed"


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    store = FilesystemStore(tmp_path)
    name = new_name()
    pending = store.begin(name)
    pending.write(b"abc")
    with pytest.raises(FileMissing):
        store.open(name)
    pending.commit()
    with store.open(name, offset=1) as file:
        assert file.read() == b"bc"
    assert list((tmp_path / "incoming").glob("*")) == []


def test_a_stored_file_is_never_replaced(tmp_path: Path) -> None:
    store = FilesystemStore(tmp_path)
    name = new_name()
    for content in (b"first", b"second"):
        pending = store.begin(name)
        pending.write(content)
        if content == b"first":
            pending.commit()
        else:
            with pytest.raises(Conflict):
                pending.commit()
            pending.discard()
    with store.open(name) as file:
        assert file.read() == b"first"


def test_what_is_discarded_is_gone(tmp_path: Path) -> None:
    store = FilesystemStore(tmp_path)
    for committed in (False, True):
        pending = store.begin(new_name())
        pending.write(b"x")
        if committed:
            pending.commit()
        pending.discard()
        pending.discard()
    assert list(store.walk()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a.sealed", f"{'0' * 32}.sealed/..", ""])
def test_a_name_cannot_lead_out_of_the_store(tmp_path: Path, name: str) -> None:
    store = FilesystemStore(tmp_path / "store")
    with pytest.raises(StorageUnavailable):
        store.open(name)
    with pytest.raises(StorageUnavailable):
        store.begin(name)


def test_the_file_is_synced_before_its_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut there is the whole file or none: the order of the system calls is what guarantees it."""
    calls: list[str] = []
    fsync, link = os.fsync, os.link

    def seen_fsync(descriptor: int) -> None:
        calls.append("folder" if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir() else "file")
        fsync(descriptor)

    def seen_link(*args: Any, **named: Any) -> None:
        calls.append("link")
        link(*args, **named)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(os, "link", seen_link)
    pending = FilesystemStore(tmp_path).begin(new_name())
    pending.write(b"x")
    pending.commit()
    assert calls[:2] == ["file", "link"]
    assert calls[2:].count("folder") >= 2


def test_the_way_to_a_folder_is_synced_with_its_first_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that another took the place of is a new one: the way to it is synced again."""
    synced: list[Path] = []
    fsync = os.fsync

    def seen_fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())
        fsync(descriptor)

    def put(number: int) -> list[Path]:
        """Folders that are synced with one more file of the same folder."""
        synced.clear()
        pending = FilesystemStore(tmp_path).begin(f"{number:029x}abc.sealed")
        pending.write(b"x")
        pending.commit()
        return synced[1:]

    monkeypatch.setattr(os, "fsync", seen_fsync)
    folder = tmp_path / "ab" / "c"
    assert put(1) == [folder, folder.parent, tmp_path]
    assert put(2) == [folder]
    folder.rename(tmp_path / "aside")
    assert put(3) == [folder, folder.parent]
    folder.parent.rename(tmp_path / "aside-too")
    assert put(4) == [folder, folder.parent, tmp_path]


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(StorageUnavailable, match="permissions"):
        FilesystemStore(blocked).probe()
    FilesystemStore(tmp_path / "sound").probe()


@pytest.mark.django_db
def test_the_sweeper_removes_only_what_is_old_and_unnamed(scientist: Any, stored: Any) -> None:
    """S1-38."""
    version = make_version(make_model(scientist), scientist)
    cut = Sealing("cut.bin")
    cut.write(os.urandom(2_000_000))
    cut._pending._file.close()  # type: ignore[attr-defined]  # A process that is killed closes its files.
    orphan = Sealing("orphan.bin")
    orphan.write(safetensors())
    with pytest.raises(KeyboardInterrupt), orphan.finish().adopted():
        raise KeyboardInterrupt
    lost = Sealing("lost.bin")
    lost.write(safetensors())
    lost.finish()._pending.commit()  # As if the process had been killed before its transaction ended.
    assert len(stored()) == 3
    assert (sweep().unfinished, sweep().orphans) == (0, 0)
    for path in stored():
        os.utime(path, (0, 0))
    swept = sweep()
    assert (swept.unfinished, swept.orphans) == (1, 1)
    assert [path.name for path in stored()] == [version.artifact.storage_name]


@pytest.mark.django_db(transaction=True)
def test_parallel_uploads_are_numbered_without_gap_or_double() -> None:
    """S0-08."""
    from django.db import connection

    from registry.models import ModelVersion
    from tests.accounts.people import make_user

    user = make_user("scientist", "Data scientist")
    model = make_model(user)
    failures: list[BaseException] = []

    def upload() -> None:
        try:
            make_version(model, user)
        except BaseException as error:  # noqa: BLE001  reported below, in the test's own thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sorted(ModelVersion.objects.values_list("number", flat=True)) == list(range(1, 11))


def test_a_store_of_many_files_is_laid_out_when_it_is_swept(scientist: Any, settings: Any, tmp_path: Path) -> None:
    """Where its folders cannot be made, it is swept all the same."""
    settings.MODELOPS_HOME = tmp_path
    version = make_version(make_model(scientist), scientist)
    root, name = FilesystemStore().root, version.artifact.storage_name
    for number in range(64):
        (root / f"{number:02x}").mkdir(exist_ok=True)
    in_the_way = root / ("ee" if name[29:31] != "ee" else "dd")
    in_the_way.write_bytes(b"")
    lost = FilesystemStore().begin(f"{uuid7().hex[:29]}abc.sealed")
    lost.write(MAGIC)
    lost.commit()
    for path in root.rglob("*.sealed"):
        os.utime(path, (0, 0))
    assert sweep().orphans == 1
    assert not (root / LAID_OUT).exists()
    in_the_way.unlink()
    assert sweep().orphans == 0
    assert (root / LAID_OUT).exists()
    assert [path.name for path in root.rglob("*.sealed")] == [name]
