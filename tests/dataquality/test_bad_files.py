"""Files that people really send: refused with a code when they arrive, or examined and told with the place."""

from __future__ import annotations

import io
import random
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from compliance.audit.models import AuditEvent
from dataquality.models import QualityRun
from dataquality.services import start_quality_run
from modelops.lib.errors import DomainError
from registry.models import DatasetVersion
from tests.dataquality.datasets import ACTOR, stored_bytes, work

pytestmark = pytest.mark.django_db
Findings = set[tuple[str, str, tuple[int, ...]]]


def refusal(content: bytes) -> DomainError:
    """What the file is refused with; nothing of it stays."""
    with pytest.raises(DomainError) as refused:
        stored_bytes("t", content, "table.csv")
    assert not DatasetVersion.objects.exists()
    return refused.value


def found(content: bytes) -> Findings:
    """Rule, column and first rows of what a run tells of the file; the run ends in one state, told once."""
    run = start_quality_run(stored_bytes("t", content, "table.csv"), actor=ACTOR)
    work()
    run.refresh_from_db()
    assert (run.state, run.job.state) == ("succeeded", "succeeded"), run.failure
    assert AuditEvent.objects.filter(target_id=str(run.pk), name="dataquality.run.completed").count() == 1
    return {(issue.rule, issue.column, tuple(issue.first_rows)) for issue in run.issues.all()}


def lines(*cells: str, header: str = "a,b") -> bytes:
    """A file of these rows."""
    return "\n".join([header, *cells, ""]).encode()


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (lines("1,2", "1,2,3"), "dataset.ragged_rows", "Row 3 has 3 cells"),
        (lines("1,2", "1"), "dataset.ragged_rows", "Row 3 has 1 cells"),
        (lines("1,2", header="a,a"), "dataset.duplicate_column_name", "Columns 1 and 2"),
        (lines("1,2", header="a,"), "dataset.blank_column_name", "Column 2 of 2"),
        (b"a,b\n1,\xff\xfe\x00\n", "dataset.unknown_format", "no table"),
        (b'a,b\n"' + b"x" * 9_000_000, "dataset.row_too_long", "quotation mark"),
        (b'{"a": "' + b"x" * 70_000_000, "dataset.row_too_long", "Line 1"),
    ],
    ids=["long row", "short row", "twice", "nameless", "control bytes", "open quotation", "endless line"],
)
def test_what_cannot_be_a_table_is_refused_with_its_place(content: bytes, code: str, place: str) -> None:
    """S3-27: bounded time and memory, and no cell in the message."""
    refused = refusal(content)
    assert refused.code == code
    assert place in refused.message


def test_a_wrong_delimiter_is_found_by_the_rows() -> None:
    """A bar parts the rows; commas stand in the texts."""
    run_of = found(b"name|n\nSmith, J|1\nDoe, K|2\nRoe, L|x\n")
    assert QualityRun.objects.get().dataset_version.column_names == ["name", "n"]
    assert {rule for rule, column, _ in run_of if column == "n"} <= {"mixed_kinds"}


def test_mixed_encodings_and_marks_are_read_to_the_end() -> None:
    """Windows-1252 behind text that is UTF-8 so far, and a byte order mark: both are read, nothing is lost."""
    content = b"stadt,n\n" + "Köln,1\n".encode("cp1252") * 3 + b"Z\xc3\xbcrich,2\n"
    found(content)
    version = DatasetVersion.objects.get()
    assert (version.rows, version.reading["encoding"]) == (4, "cp1252")
    assert stored_bytes("marked", b"\xef\xbb\xbfa,b\n1,2\n", "t.csv").column_names == ["a", "b"]


def test_a_file_with_a_mark_has_the_profile_of_one_without() -> None:
    """The same sketches of each column, and the same issues in the same rows."""
    content = b"city,n\n" + b"".join(f"Köln {place % 7},{place}\n".encode() for place in range(500)) + b"Bonn,\n=1,7\n"
    told = [found(start + content) for start in (b"", b"\xef\xbb\xbf")]
    assert told[0] == told[1] != set()
    plain, marked = (run.profile.document for run in QualityRun.objects.order_by("id"))
    assert marked == plain


def test_numbers_that_are_none_are_told_with_their_rows() -> None:
    """Infinite, not a number, and whole numbers beyond 64 bits, which stay as exact as a float or text can be."""
    told = found(lines("1,9223372036854775807", "inf,1", "nan,2", "-inf,3", "2,4"))
    assert {("not_finite", "a", (2, 4)), ("missing", "a", (3,))} <= told
    version = stored_bytes("big", lines("1,99999999999999999999999", "2,5", "3,6"), "t.csv")
    assert {column["name"]: column["type"] for column in version.typed_schema}["b"] in ("double", "string")


def test_days_that_are_none_are_told_with_their_rows() -> None:
    told = found(lines(*(f"{place},2013-01-{place:02}" for place in range(1, 21)), "21,0000-00-00", "22,2013-02-30"))
    assert ("not_in_calendar", "b", (21, 22)) in told


def test_formulas_are_told_and_never_run() -> None:
    told = found(lines("=1+1,1", "@SUM(A1),2", "fine,3"))
    assert ("formula", "a", (1, 2)) in told


def test_very_many_columns_are_examined() -> None:
    """10,000 columns of two rows: one run, one issue each at most, no timeout."""
    names = ",".join(f"c{place}" for place in range(10_000))
    told = found(f"{names}\n{','.join('1' * 10_000)}\n{','.join('2' * 9_999)},\n".encode())
    assert ("missing", "c9999", (2,)) in told


def test_decimals_beyond_64_bits_are_examined() -> None:
    buffer = io.BytesIO()
    numbers = pa.array([Decimal(10**30 + place) for place in range(20)], pa.decimal128(38, 0))
    pq.write_table(pa.table({"a": numbers, "b": np.arange(20)}), buffer)
    assert found(buffer.getvalue()) == set()


def test_a_file_with_any_bytes_changed_is_refused_or_examined() -> None:
    """A Parquet file with random damage never does anything but that."""
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": np.arange(500), "b": [f"t{place % 9}" for place in range(500)]}), buffer)
    whole, chance = buffer.getvalue(), random.Random(2013)  # noqa: S311
    ends = set()
    for number in range(40):
        broken = bytearray(whole)
        for _ in range(3):
            broken[chance.randrange(4, len(broken) - 8)] = chance.randrange(256)
        try:
            stored_bytes(f"t{number}", bytes(broken), "t.parquet")
        except DomainError as error:
            assert error.code.startswith("dataset."), error.code  # noqa: PT017
            ends.add("refused")
        else:
            ends.add("taken")
    for version in DatasetVersion.objects.all():
        start_quality_run(version, actor=ACTOR)
    work()
    assert set(QualityRun.objects.values_list("state", flat=True)) <= {"succeeded", "failed"}
    assert "refused" in ends
