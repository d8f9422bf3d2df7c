"""A file that goes on as it begins is read once; what is found is what a look over all its cells finds."""

from __future__ import annotations

import io

import numpy as np
import pytest

from modelops.lib.errors import DomainError, Invalid
from registry.tables import Survey, expect, survey
from registry.tables.delimited import Delimited

BEGINS = {
    "int64": "1", "double": "1.5", "bool": "true", "date32[day]": "2013-01-01", "timestamp[us]": "2013-01-01 05:00:00",
    "timestamp[us, tz=UTC]": "2013-01-01T05:00:00Z", "string": "text", "null": "",
}  # fmt: skip
TRICKY = [
    "", " ", "NA", "nan", "null", "-", "1", "+1", " 2 ", "\u00a07", "007", "0x1F", "1_000", "1.5", ".5", "5.", "1e5",
    "1e400", "inf", "-inf", "9223372036854775807", "9223372036854775808", "1,5", "\u0661", "true", "True", "tRUE",
    "0", "t", "2013-01-02", "2013-1-2", "2013-02-30", "20130102", "0000-01-01", "10000-01-01", "2013-01-02 06",
    "2013-01-02 06:00", "2013-01-02T06:00:00", "2013-01-02 06:00:00.123456", "2013-01-02 06:00:00.1234567",
    "2013-01-02 24:00:00", "2013-01-02T06:00:00Z", "2013-01-02 06:00:00+02:00", "2013-01-02 06:00:00+0200",
    "2013-01-02Z", "x\ny", "=1+1",
]  # fmt: skip


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first block ends long before a small file does."""
    monkeypatch.setattr("registry.tables.delimited.BLOCK_BYTES", 256)


def whole(content: bytes) -> Survey:
    """What the look over all cells finds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Delimited, "glimpse", lambda *_: None)
        return survey(io.BytesIO(content))


def rows(cells: list[str]) -> bytes:
    return "".join(["id,cell\n", *(f'{row},"{cell}"\n' for row, cell in enumerate(cells))]).encode()


@pytest.mark.parametrize("begin", BEGINS)
def test_a_late_cell_changes_the_type_as_if_all_were_looked_at(begin: str) -> None:
    """The types are those of the whole file."""
    for late in TRICKY:
        content = rows([BEGINS[begin]] * 60 + [late, "1" if begin == "null" else BEGINS[begin]])
        assert survey(io.BytesIO(content)) == whole(content), late


def test_cells_put_together_at_random_are_found_to_be_the_same() -> None:
    """The reader takes no cell for a type that the look over all cells would not."""
    draw = np.random.default_rng(2013)
    for _ in range(300):
        begin = BEGINS[draw.choice(["int64", "double", "date32[day]", "timestamp[us]", "timestamp[us, tz=UTC]"])]
        late = list(str(draw.choice([begin, *TRICKY])))
        for _ in range(draw.integers(0, 3)):
            late.insert(draw.integers(0, len(late) + 1), str(draw.choice(list("0123456789+-.eExXTZ: "))))
        content = rows([begin] * 60 + ["".join(late), begin])
        assert survey(io.BytesIO(content)) == whole(content), late


@pytest.mark.parametrize("begin", [each for each in BEGINS if each != "null"])
def test_a_file_that_goes_on_as_it_begins_is_read_once(begin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters of several bytes may stand where the first look ends."""
    contents = [
        rows([BEGINS[begin]] * 60 + ["" if begin != "string" else letters] * 3) for letters in ("é" * 9, "€" * 9)
    ]
    expected = [whole(content) for content in contents]
    monkeypatch.setattr(Delimited, "inspect", lambda *_: pytest.fail("looked over all cells"))
    found = [survey(io.BytesIO(content)) for content in contents]
    assert found == expected
    assert found[0].columns[1].type == begin


@pytest.mark.parametrize("more", range(8))
def test_a_letter_may_be_cut_where_the_first_look_ends(more: int) -> None:
    content = b"id,cell" + b"l" * more + b"\n" + "1,€€\n".encode() * 100
    assert survey(io.BytesIO(content)) == whole(content)


@pytest.mark.parametrize("late", [b"1,2,3\n", b"1\n", b'1,"open\n' + b"x" * 600])
def test_a_refusal_is_that_of_the_look_over_all_cells(late: bytes) -> None:
    """With the place."""
    content = rows(["1"] * 60) + late + b"9,9\n" * 100
    with pytest.raises(DomainError) as expected:
        whole(content)
    with pytest.raises(Invalid) as found:
        survey(io.BytesIO(content))
    assert (found.value.code, found.value.message) == (expected.value.code, expected.value.message)


@pytest.mark.parametrize("begin", BEGINS)
def test_what_is_expected_holds_where_all_rows_are_read_by_it(begin: str) -> None:
    """Types and the number of rows; where either is wrong, reading fails or gives another number."""
    for late in TRICKY:
        content = rows([BEGINS[begin]] * 60 + [late, "1" if begin == "null" else BEGINS[begin]])
        expected = expect(io.BytesIO(content))
        if expected is None:
            assert begin == "null"
            continue
        key, reading, count = expected
        try:
            read = sum(batch.num_rows for batch in Delimited().batches(io.BytesIO(content), reading))
        except Invalid:
            continue
        found = whole(content)
        assert (key, reading) == ("csv", found.reading), late
        assert read == found.rows == count - late.count("\n"), late
