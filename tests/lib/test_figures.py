"""Numbers are written so that nobody misreads them."""

import pytest

from modelops.lib import figures


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (27004, "27\u202f004"), (-1234567, "−1\u202f234\u202f567"), (0, "0"), (999, "999"),
    ],
)  # fmt: skip
def test_thousands_are_set_apart(value: int, text: str) -> None:
    assert figures.grouped(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.093441, "0.0934"), (14.2218, "14.2"), (0.5, "0.5"), (99.99, "100"), (1234.5, "1\u202f230"), (-0.25, "−0.25"),
        (0, "0"), (float("nan"), "–"), (float("inf"), "∞"), (2.5e-7, "2.50×10⁻⁷"), (3e12, "3.00×10¹²"), (9.999, "10"),
    ],
)  # fmt: skip
def test_significant_digits_are_kept(value: float, text: str) -> None:
    assert figures.significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "< 0.0001"),
        (0.00009, "< 0.0001"),
        (0.0023, "0.0023"),
        (0.049, "0.049"),
        (1.0, "1.000"),
        (float("nan"), "–"),
    ],
)
def test_a_p_value_is_never_reported_as_zero(value: float, text: str) -> None:
    assert figures.p_value(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (0.125, "12.5 %"), (1, "100 %"), (0.00001, "< 0.1 %"), (0.99999, "> 99.9 %"), (float("nan"), "–")],
)
def test_a_share_reads_zero_or_hundred_only_when_it_is(value: float, text: str) -> None:
    assert figures.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(812, "812\u00a0B"), (1_930_221, "1.93\u00a0MB"), (64_000, "64\u00a0kB"), (2e9, "2\u00a0GB")]
)
def test_bytes_have_decimal_units(value: int, text: str) -> None:
    assert figures.byte_size(value) == text


@pytest.mark.parametrize(("value", "text"), [(950, "950"), (27_004, "27k"), (1_234_567, "1.23M"), (0.5, "0.5")])
def test_compact_numbers_carry_a_unit(value: float, text: str) -> None:
    assert figures.compact(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(3.25, "+3.25"), (-3.2, "−3.2"), (0, "0"), (-0.001, "0"), (1200, "+1\u202f200"), (-5, "−5")]
)
def test_a_change_has_its_sign(value: float, text: str) -> None:
    """UX: a minus, not a hyphen, and a plus where something was gained."""
    assert figures.signed(value) == text
