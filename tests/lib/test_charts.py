"""Charts are well-formed, say in text what they show, and hold nothing that the content security policy forbids."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy import stats

from modelops.lib import charts
from modelops.lib.charts.pairs import largest_gap

HOSTILE = '<script>alert("x")</script>&'
TIMES = [datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day) for day in range(5)]

DRAWN = {
    "histogram": lambda name: charts.histogram_pair(
        [5, 3, 1], [1, 3, 6], [0, 1, 2, 3], name, unit=name, labels=(name, "b")
    ),
    "one sample": lambda name: charts.histogram([5, 3], [0, 1, 2], name),
    "uneven": lambda name: charts.histogram_pair([5, 3], [1, 3], [0, 1, 10], name),
    "ecdf": lambda name: charts.ecdf_pair([1, 2, 3], [2, 3, 4], name, unit=name, labels=(name, "b")),
    "bars": lambda name: charts.bars([(name, 0.2, "warn"), ("b", None), ("c_d", 0.1)], name, unit=name, limit=0.05),
    "line": lambda name: charts.line([(name, [1, None, 3, 4, 5]), ("b", [2] * 5)], TIMES, name, limits=[(name, 2)]),
    "words": lambda name: charts.line([(name, [1.0, 2.0])], [name, "v2"], name),
    "sparkline": lambda name: charts.sparkline([1, 2, 1.5], name),
    "ring": lambda name: charts.score_ring(87.4, name),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_a_chart_is_well_formed_without_style_or_script(kind: str) -> None:
    """S4-42: no inline style or script; S2-47: names are shown as text."""
    drawn = DRAWN[kind](HOSTILE)
    root = ElementTree.fromstring(drawn.replace("<wbr>", "<wbr/>"))  # noqa: S314  our own output
    names = {element.tag for element in root.iter()}
    assert not names & {"script", "style", "foreignObject"}
    assert not any(key == "style" or key.startswith("on") for element in root.iter() for key in element.attrib)
    assert HOSTILE not in drawn


@pytest.mark.parametrize("kind", ["histogram", "ecdf", "line"])
def test_a_chart_has_title_description_and_its_data_as_a_table(kind: str) -> None:
    root = ElementTree.fromstring(DRAWN[kind]("Delay"))  # noqa: S314  our own output
    drawing = root.find("svg")
    assert drawing is not None
    assert drawing.get("role") == "img"
    ids = {element.get("id"): "".join(element.itertext()) for element in drawing if element.get("id")}
    described = [ids[name] for name in str(drawing.get("aria-labelledby")).split()]
    assert described[0].startswith("Delay")
    assert len(described[1]) > 20
    assert root.find(".//details//table/tbody/tr/td") is not None


def test_the_gap_is_the_statistic_of_kolmogorov_and_smirnov() -> None:
    generator = np.random.default_rng(7)
    reference = np.round(generator.normal(0, 1, 500), 1)
    current = np.round(generator.normal(0.3, 1.2, 700), 1)
    gap, at = largest_gap(sorted(reference.tolist()), sorted(current.tolist()))
    expected = stats.ks_2samp(reference, current)
    assert gap == pytest.approx(expected.statistic, abs=1e-12)
    assert at == pytest.approx(expected.statistic_location)
    assert f"D = {gap:.3f}".rstrip("0") in charts.ecdf_pair(reference.tolist(), current.tolist())


def test_histogram_table_holds_counts_and_shares() -> None:
    drawn = charts.histogram_pair([30, 10], [0, 0], [0, 1, 2])
    assert "30 (75 %)" in drawn
    assert "0 (0 %)" in drawn


def test_bins_of_unequal_width_are_drawn_as_densities() -> None:
    assert "shares per unit" in charts.histogram_pair([5, 5], [5, 5], [0, 1, 11])
    assert "shares per unit" not in charts.histogram_pair([5, 5], [5, 5], [0, 1, 2])


def test_counts_that_do_not_fit_the_edges_are_refused() -> None:
    with pytest.raises(ValueError, match="3 edges need 2 counts"):
        charts.histogram_pair([1, 2, 3], [1, 2], [0, 1, 2])
    assert "<svg" in charts.histogram_pair([1, 2], [1, 2], [0, 1, 2])


def test_lines_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="series of 5 values"):
        charts.line([("a", [1, 2])], TIMES)
    assert "<svg" in charts.line([("a", [1, 2, 3, 4, 5])], TIMES)


@pytest.mark.parametrize(
    "drawn",
    [
        charts.histogram_pair([0], [0], [0, 1]),
        charts.ecdf_pair([], [1.0]),
        charts.ecdf_pair([float("nan")], [1.0]),
        charts.bars([("a", None)]),
        charts.line([("a", [None] * 5)], TIMES),
    ],
)
def test_without_data_a_sentence_stands_in_its_place(drawn: str) -> None:
    assert "chart-nothing" in drawn
    assert "<svg" not in drawn


def test_degenerate_samples_are_drawn() -> None:
    assert "<svg" in charts.ecdf_pair([1.0], [1.0])
    assert "<svg" in charts.line([("a", [2.0])], TIMES[:1])
    assert "<svg" in charts.line([("a", [0.0, 0.0])], TIMES[:2])
    assert "<svg" in charts.sparkline([3.0])
    assert "<svg" not in charts.sparkline([None, None])


def test_no_coordinate_is_infinite_or_missing() -> None:
    for draw in DRAWN.values():
        assert not re.search(r"[\"\s](nan|inf|-inf|None)[\"\s]", str(draw("x")))


@pytest.mark.parametrize(
    ("value", "shown", "word"),
    [
        (100, "100", "Good"),
        (99.96, "99.9", "Good"),
        (89.9, "89.9", "Fair"),
        (12, "12.0", "Poor"),
        (None, "–", "Not known"),
    ],
)
def test_a_score_shows_number_and_word_and_never_rounds_up_to_perfect(
    value: float | None, shown: str, word: str
) -> None:
    ring = charts.score_ring(value)
    assert f">{shown}<" in ring
    assert word in ring


def test_a_bar_is_as_long_as_its_share_of_the_whole() -> None:
    drawn = charts.bars([("a", 25), ("b", 100)], maximum=100)
    assert 'width="25%"' in drawn
    assert 'width="100%"' in drawn


def test_an_axis_of_counts_has_no_half_of_one() -> None:
    """S3-51: whether one feature drifted or none; shares and amounts keep their decimals."""
    counts = charts.line([("Drifted features", [0.0, 0.0, 1.0])], TIMES[:3], from_zero=True)
    shares = charts.line([("Share", [0.0, 0.5, 1.0])], TIMES[:3], from_zero=True)
    ticks = [re.findall(r">([0-9.]+)</text>", drawn.partition("<circle")[0]) for drawn in (counts, shares)]
    assert ticks[0][:2] == ["0", "1"]
    assert ticks[1][:5] == ["0.00", "0.25", "0.50", "0.75", "1.00"]
