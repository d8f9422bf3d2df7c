"""What a Range header asks for, by RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.byte_ranges import ByteRange, RangeNotSatisfiable, requested_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-99", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=900-", (900, 1000)),
        ("bytes=900-5000", (900, 1000)),
        ("bytes=999-999", (999, 1000)),
        ("bytes=-5", (995, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("Bytes = 0-99", (0, 100)),
        ("bytes=000-099", (0, 100)),
    ],
)
def test_one_part(header: str, expected: tuple[int, int]) -> None:
    assert requested_range(header, 1000) == ByteRange(*expected)


@pytest.mark.parametrize(
    "header",
    [
        "", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "bytes=0-1,", "items=0-1", "0-1",
        "bytes=1.0-2", "bytes=+1-2", "bytes=-1-2", "bytes=0x1-2", "bytes=١-٢", "bytes=0-99 100-",
        f"bytes=0-{'9' * 5000}",
    ],
)  # fmt: skip
def test_what_is_passed_over(header: str) -> None:
    """Malformed, several or unknown: the answer is the whole file."""
    assert requested_range(header, 1000) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=5000-", "bytes=-0"])
def test_what_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        requested_range(header, 1000)


@given(header=st.text(max_size=30) | st.from_regex(r"bytes=\d{0,4}-\d{0,4}", fullmatch=True), size=st.integers(1, 5000))
def test_a_part_always_lies_within_the_file(header: str, size: int) -> None:
    try:
        part = requested_range(header, size)
    except RangeNotSatisfiable:
        return
    assert part is None or 0 <= part.start < part.stop <= size
