"""Ticks are round values inside the axis, and values land where they belong."""

from datetime import UTC, datetime, timedelta

import pytest

from modelops.lib.charts.scale import linear, nice_step, nice_ticks, nice_top, number, time_ticks


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 100, ["0", "20", "40", "60", "80", "100"]),
        (-60, 180, ["−50", "0", "50", "100", "150"]),
        (0.001, 0.0042, ["0.001", "0.002", "0.003", "0.004"]),
        (0, 50_000, ["0", "10k", "20k", "30k", "40k", "50k"]),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, labels: list[str]) -> None:
    ticks = nice_ticks(low, high, 5)
    assert [tick.label for tick in ticks] == labels
    assert all(low - 1e-12 <= tick.value <= high + 1e-12 for tick in ticks)


def test_ticks_of_a_quarter_step_keep_their_decimals() -> None:
    assert nice_step(10, 4) == 2.5
    assert [tick.label for tick in nice_ticks(0, 10, 4)] == ["0.0", "2.5", "5.0", "7.5", "10.0"]


def test_one_value_gives_one_tick_and_no_interval_none() -> None:
    assert [tick.label for tick in nice_ticks(3, 3)] == ["3"]
    assert nice_ticks(2, 1) == []
    assert nice_ticks(float("nan"), 1) == []


def test_an_axis_from_zero_ends_at_a_round_value() -> None:
    assert nice_top(0.183) == pytest.approx(0.2)
    assert nice_top(97) == 100
    assert nice_top(0) == 1.0


def test_a_scale_maps_ends_to_ends_and_a_point_to_the_middle() -> None:
    up = linear(0, 10, 200, 0)
    assert (up(0), up(5), up(10)) == (200, 100, 0)
    assert linear(4, 4, 0, 10)(4) == 5


def test_shortening_never_loses_digits() -> None:
    assert number(12_345, 0) == "12\u202f345"
    assert number(12_300, 0) == "12.3k"
    assert number(2_500_000, 0) == "2.5M"


@pytest.mark.parametrize(
    ("span", "first", "last"), [(timedelta(hours=5), "01:00", "05:00"), (timedelta(days=28), "9 Nov", "30 Nov")]
)
def test_time_ticks_are_round_moments(span: timedelta, first: str, last: str) -> None:
    start = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
    ticks = time_ticks(start, start + span)
    assert ticks[0].label == first
    assert ticks[-1].label == last
    assert all(start.timestamp() <= tick.value <= (start + span).timestamp() for tick in ticks)


def test_time_ticks_within_minutes_fall_on_half_minutes() -> None:
    start = datetime(2026, 11, 2, 0, 30, 7, tzinfo=UTC)
    ticks = time_ticks(start, start + timedelta(minutes=2))
    assert [tick.label for tick in ticks] == ["00:30:30", "00:31:00", "00:31:30", "00:32:00"]
