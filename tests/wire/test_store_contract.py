"""What every store promises, asked of each kind over the wire of a real server."""

import os
import threading
import uuid

import pytest

from modelops.lib.errors import Conflict
from registry.locations.store import ArtifactStore, FileMissing, StorageUnavailable
from registry.locations.writing import PART_BYTES

from .fixtures import Place

LARGE = 2 * PART_BYTES + 4711


def new_name() -> str:
    return f"{uuid.uuid4().hex}.sealed"


def put(store: ArtifactStore, name: str, content: bytes) -> None:
    pending = store.begin(name)
    for start in range(0, len(content), 1 << 20):
        pending.write(content[start : start + (1 << 20)])
    pending.commit()


@pytest.mark.parametrize("size", [1, 100_000, PART_BYTES, LARGE])
def test_what_goes_in_comes_out(place: Place, size: int) -> None:
    """S0-14: whole and from any position, small files and those that are sent in parts."""
    store, name, content = place.store(), new_name(), os.urandom(size)
    put(store, name, content)
    assert store.size(name) == size
    with store.open(name) as file:
        assert file.read() == content
        for start in (0, size // 2, max(size - 10, 0)):
            file.seek(start)
            assert file.read(100_000) == content[start : start + 100_000]
        assert file.seek(0, os.SEEK_END) == size
        assert file.read(1) == b""
    with store.open(name, offset=size // 3) as file:
        assert file.read(7) == content[size // 3 :][:7]


@pytest.mark.parametrize("size", [5, LARGE])
def test_a_name_is_written_once(place: Place, size: int) -> None:
    """Create-only: what is stored is immutable, whoever writes second is told so."""
    store, name, first = place.store(), new_name(), os.urandom(size)
    put(store, name, first)
    with pytest.raises(Conflict) as refused:
        put(store, name, os.urandom(size))
    assert refused.value.code == "storage.name_taken"
    with store.open(name) as file:
        assert file.read() == first


def test_of_two_writers_of_a_large_file_one_wins(strict_place: Place) -> None:
    store, name = strict_place.store(), new_name()
    outcomes: list[str] = []

    def write(letter: bytes) -> None:
        pending = None
        try:
            pending = store.begin(name)
            for _ in range(3):
                pending.write(letter * PART_BYTES)
            pending.commit()
            outcomes.append("stored")
        except Conflict:
            outcomes.append("taken")
            if pending is not None:
                pending.discard()

    writers = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(outcomes) == ["stored", "taken"]
    with store.open(name) as file:
        assert len(set(file.read(LARGE))) == 1


@pytest.mark.parametrize("size", [10, LARGE])
@pytest.mark.parametrize("is_read", [False, True])
def test_what_is_discarded_is_gone(place: Place, size: int, is_read: bool) -> None:
    """Also after it was read back, and nothing of it is left in the store."""
    store, name, content = place.store(), new_name(), os.urandom(size)
    pending = store.begin(name)
    pending.write(content)
    if is_read:
        with pending.reopen() as file:
            assert file.read() == content
    pending.discard()
    pending.discard()
    with pytest.raises(FileMissing):
        store.open(name)
    assert list(store.walk()) == []
    put(store, name, content)


def test_a_missing_file_is_missing(place: Place) -> None:
    store = place.store()
    for act in (store.open, store.size):
        with pytest.raises(FileMissing):
            act(new_name())
    store.delete(new_name())
    store.delete_pending(new_name())


def test_the_store_lists_what_it_holds(place: Place) -> None:
    store, small, large = place.store(), new_name(), new_name()
    put(store, small, b"small")
    pending = store.begin(large)
    pending.write(bytes(LARGE))
    found = {file.name: file for file in store.walk()}
    assert (found[small].size, found[small].is_pending, found[small].is_foreign) == (5, False, False)
    assert found[large].is_pending
    assert store.first_bytes(found[small], 3) == b"sma"
    pending.commit()
    found = {file.name: file for file in store.walk()}
    assert (len(found), found[large].size, found[large].is_pending) == (2, LARGE, False)
    assert all(file.age_s < 60 for file in found.values())
    store.delete(small)
    assert [file.name for file in store.walk()] == [large]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a.sealed", f"{'0' * 32}.sealed/..", ""])
def test_a_name_cannot_lead_out_of_the_store(place: Place, name: str) -> None:
    """S0-14."""
    store = place.store()
    for act in (store.begin, store.open, store.size, store.delete):
        with pytest.raises(StorageUnavailable):
            act(name)


def test_the_probe_leaves_nothing(place: Place) -> None:
    """S1-14."""
    store = place.store()
    store.probe()
    assert list(store.walk()) == []


def test_a_place_that_is_not_there_is_unavailable(place: Place) -> None:
    """The message names the place, never a secret."""
    store = place.store()
    if place.server is None:
        (store.root / ".modelops-location").unlink()
    else:
        place.server.stop()
    acts = [store.probe, lambda: store.open(new_name()), lambda: list(store.walk())]
    for act in acts[: 1 if place.kind == "gcs" else 3]:  # Google's client tries for eight seconds each time
        with pytest.raises(StorageUnavailable) as refused:
            act()
        assert not any(secret in str(refused.value) for secret in place.credentials.values())
