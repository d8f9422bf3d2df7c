"""A file of a folder is there whole under its name, or not at all: small and large, whatever fails on the way."""

import errno
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelops.lib.errors import Conflict
from modelops.lib.ids import uuid7
from registry.locations import folder_files
from registry.locations.filesystem import FilesystemStore
from registry.locations.folder_files import LAID_OUT, lay_out
from registry.locations.store import StorageFull

SMALL, LARGE = os.urandom(11_000), os.urandom(700_000)
both = pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])


def new_name() -> str:
    return f"{uuid7().hex}.sealed"


def put(root: Path, content: bytes, name: str = "") -> Path:
    """Store ``content`` as two pieces; where it lies."""
    pending = FilesystemStore(root).begin(name or new_name())
    try:
        pending.write(content[:96])
        pending.write(content[96:])
        pending.commit()
    except BaseException:
        pending.discard()
        raise
    [path] = [path for path in files(root) if path.name == pending.name]
    return path


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@both
def test_a_file_is_its_owners_alone_and_leaves_no_other(tmp_path: Path, content: bytes) -> None:
    path = put(tmp_path, content)
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_nlink == 1
    assert files(tmp_path) == [path]


@both
def test_it_can_be_read_before_it_has_its_name(tmp_path: Path, content: bytes) -> None:
    pending = FilesystemStore(tmp_path).begin(new_name())
    pending.write(content)
    with pending.reopen() as file:
        assert file.read() == content
    pending.commit()
    with pending.reopen() as file:
        assert file.read() == content


@pytest.mark.parametrize("missing", ["files without a name", "the folder of open files"])
def test_a_machine_without_the_short_way_goes_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    opened, linked, refused = os.open, os.link, []

    def without(path: Any, flags: int, *args: Any, **more: Any) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE and missing == "files without a name":
            refused.append(path)
            raise OSError(errno.EOPNOTSUPP, "not supported")
        return opened(path, flags, *args, **more)

    def link(source: Any, target: Any, **more: Any) -> None:
        if str(source).startswith("/proc") and missing != "files without a name":
            refused.append(source)
            raise FileNotFoundError(errno.ENOENT, "no such file")
        linked(source, target, **more)

    monkeypatch.setattr(os, "open", without)
    monkeypatch.setattr(os, "link", link)
    path = put(tmp_path, SMALL)
    assert len(refused) == 1
    assert path.read_bytes() == SMALL
    assert files(tmp_path) == [path]
    with pytest.raises(Conflict):
        put(tmp_path, SMALL, path.name)
    assert files(tmp_path) == [path]


@both
@pytest.mark.parametrize("step", ["write", "fsync", "link"])
def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, step: str
) -> None:
    def full(*args: Any, **more: Any) -> Any:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(StorageFull, match="no room"):
        put(tmp_path, content)
    monkeypatch.undo()
    assert files(tmp_path) == []


def _killed(root: str, content: bytes, step: str, *, after: bool) -> None:
    """Store a file in a process that dies at ``step``."""
    real: Callable[..., Any] = getattr(os, step)

    def dies(*args: Any, **more: Any) -> None:
        if after:
            real(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(os, step, dies)
    put(Path(root), content)


@both
@pytest.mark.parametrize(
    ("step", "after", "is_whole"), [("fsync", True, False), ("link", False, False), ("link", True, True)]
)
def test_a_process_that_is_killed_leaves_the_whole_file_or_none(
    tmp_path: Path, content: bytes, step: str, after: bool, is_whole: bool
) -> None:
    """What is unfinished of a large one lies where the sweeper takes it; of a small one there is nothing."""
    process = multiprocessing.get_context("spawn").Process(
        target=_killed, args=(str(tmp_path), content, step), kwargs={"after": after}
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    named = [path for path in files(tmp_path) if path.parent.name != "incoming"]
    assert [path.read_bytes() for path in named] == ([content] if is_whole else [])
    if content is SMALL:
        assert files(tmp_path) == named


def test_the_way_to_a_folder_is_synced_for_those_beside_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are made together; the next above is a way of its own."""
    synced: list[Path] = []
    fsync = os.fsync

    def seen(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())
        fsync(descriptor)

    def folders_synced(name: str) -> list[Path]:
        synced.clear()
        put(tmp_path, SMALL, name)
        return synced[1:]

    monkeypatch.setattr(os, "fsync", seen)
    above = tmp_path / "ab"
    assert folders_synced(f"{1:029x}abc.sealed") == [above / "c", above, tmp_path]
    assert sorted(path.name for path in above.iterdir()) == list("0123456789abcdef")
    assert {path.stat().st_mode & 0o777 for path in above.iterdir()} == {0o700}
    assert folders_synced(f"{2:029x}abd.sealed") == [above / "d"]
    assert folders_synced(f"{3:029x}cde.sealed") == [tmp_path / "cd" / "e", tmp_path / "cd", tmp_path]


def test_a_store_of_many_files_is_laid_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every folder and the way to it are on the disk; a file then syncs itself and its folder. A small one waits."""
    assert not lay_out(tmp_path)
    assert lay_out(tmp_path, however_few=True)
    assert lay_out(tmp_path)
    folders = sorted(path for path in tmp_path.rglob("*") if path.is_dir())
    assert len(folders) == 256 + 4096
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert [file.name for file in FilesystemStore(tmp_path).walk()] == []
    synced: list[Path] = []
    fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda number: (synced.append(Path(f"/proc/self/fd/{number}").resolve()), fsync(number))
    )
    put(tmp_path, SMALL, f"{1:029x}abc.sealed")
    assert synced[1:] == [tmp_path / "ab" / "c"]


def test_a_folder_that_went_away_is_made_and_synced_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by a process that finds it there already: the sign that everything is there is taken away before."""
    assert lay_out(tmp_path, however_few=True)
    shutil.rmtree(tmp_path / "ab")
    put(tmp_path, SMALL, f"{1:029x}abc.sealed")
    assert not (tmp_path / LAID_OUT).exists()
    monkeypatch.setattr(folder_files, "_reached", set())
    synced: list[Path] = []
    fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda number: (synced.append(Path(f"/proc/self/fd/{number}").resolve()), fsync(number))
    )
    put(tmp_path, SMALL, f"{2:029x}abc.sealed")
    assert synced[1:] == [tmp_path / "ab" / "c", tmp_path / "ab", tmp_path]
    assert lay_out(tmp_path)
    assert (tmp_path / LAID_OUT).exists()
