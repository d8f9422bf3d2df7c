"""Fetching a small file: as a whole from its usual place, and as every other file where that does not give it."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.registry.locations.conftest import locate, settle, wire_servers

from .conftest import Wire
from .test_artifacts import fetched, put, root, run

__all__ = ["locate", "root", "run", "settle", "wire_servers"]
# Nothing that compresses, and more than one of it is more than a segment.
CONTENT = os.urandom(11_000)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def told() -> list[tuple[str, str]]:
    from compliance.audit.models import AuditEvent

    rows = AuditEvent.objects.filter(name__startswith="tracking.file.").exclude(name="tracking.file.stored")
    return list(rows.order_by("id").values_list("name", "outcome"))


@pytest.mark.parametrize("size", [1, 11_000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2_500_000])
def test_a_file_of_any_size_comes_back_as_it_was(wire: Wire, root: str, size: int) -> None:
    content = os.urandom(size)
    assert put(wire, f"{root}/a.bin", content)[0] == 200
    status, body, headers = fetched(wire, f"{root}/a.bin")
    assert (status, body == content, int(headers["Content-Length"])) == (200, True, size)
    assert told() == [("tracking.file.opened", "success")]


@pytest.mark.parametrize("content", [b"name: model\n" * 5_000, CONTENT])
def test_a_small_file_asks_for_key_file_and_row(
    wire: Wire, root: str, content: bytes, django_assert_num_queries: Any
) -> None:
    """One statement finds the file with its owner, its key and its place. Django's tests add two around the row."""
    put(wire, f"{root}/a.yaml", content)
    fetched(wire, f"{root}/a.yaml")
    with django_assert_num_queries(5):
        assert fetched(wire, f"{root}/a.yaml")[1] == content


@pytest.mark.parametrize("place", [3, 20, 40, 70, 200, -1])
def test_a_damaged_file_is_told_and_nothing_of_it_is_given(wire: Wire, root: str, stored: Any, place: int) -> None:
    """S0-36, S1-23: wherever a bit is another one."""
    put(wire, f"{root}/a.bin", CONTENT)
    [file] = stored()
    flip(file, place)
    status, body, _ = fetched(wire, f"{root}/a.bin")
    assert status == 503
    assert CONTENT[:64] not in body
    assert told() == [("tracking.file.opened", "success"), ("tracking.file.damaged", "failure")]


def test_a_file_of_another_digest_is_not_given(wire: Wire, root: str, run: Any) -> None:
    """S1-23: what opens is compared with what was stored."""
    from registry.artifacts.small import opened
    from registry.tracking.files.addresses import parse
    from registry.tracking.files.opening import found_at

    put(wire, f"{root}/a.bin", CONTENT)
    address = parse(f"{root}/a.bin")
    assert address is not None
    small = found_at(address, run.created_by).small
    assert small is not None
    assert opened(small) == CONTENT
    assert opened(small._replace(sha256="0" * 64)) is None


@pytest.mark.parametrize(
    "spoil", [lambda file: file.unlink(), lambda file: flip(file, 200), lambda file: os.truncate(file, 500)]
)
def test_another_copy_makes_up_for_the_usual_one(
    wire: Wire, root: str, stored: Any, locate: Any, settle: Any, spoil: Any
) -> None:
    """S1-23: and the copy that gave nothing is marked for repair."""
    from registry.models import ArtifactCopy

    locate()
    put(wire, f"{root}/a.bin", CONTENT)
    [file] = stored()
    settle()
    spoil(file)
    assert fetched(wire, f"{root}/a.bin")[:2] == (200, CONTENT)
    assert sorted(ArtifactCopy.objects.values_list("state", flat=True))[1] == "stored"
    assert ArtifactCopy.objects.filter(state__in=["missing", "damaged"]).count() == 1
    # Again, now that the rows say so.
    assert fetched(wire, f"{root}/a.bin")[:2] == (200, CONTENT)
    assert told() == [("tracking.file.opened", "success")] * 2


def test_no_file_is_opened_while_a_copy_of_the_database_is_looked_at(wire: Wire, root: str) -> None:
    from compliance.subjects.erasure.rehearsing import rehearsal

    put(wire, f"{root}/a.bin", CONTENT)
    with rehearsal():
        assert fetched(wire, f"{root}/a.bin")[0] == 503
    assert fetched(wire, f"{root}/a.bin")[:2] == (200, CONTENT)


def test_a_head_tells_of_a_file_and_opens_nothing(wire: Wire, root: str) -> None:
    put(wire, f"{root}/a.bin", CONTENT)
    answer = wire.client.head(f"/mlflow/api/2.0/mlflow-artifacts/artifacts/{root}/a.bin")
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "11000")
    assert answer.headers["ETag"] == fetched(wire, f"{root}/a.bin")[2]["ETag"]
    assert told() == [("tracking.file.opened", "success")]


def test_what_a_store_writes_nobody_watches() -> None:
    """So its row need not look for changes of the run; a table that becomes watched has to be told by it."""
    from compliance.audit.watching.declarations import watches

    assert not {"tracking.TrackedFile", "registry.Artifact", "registry.ArtifactCopy"} & set(watches)
    assert {"tracking.Run", "registry.ModelVersion"} <= set(watches)
