"""Scores of CVSS 4.0 and the bands that advisories are rated by."""

import itertools
from collections import Counter
from typing import Any

import pytest

from compliance.supply_chain.cvss4 import base_score
from compliance.supply_chain.osv import _severity

WORST = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"


@pytest.mark.parametrize(
    ("metrics", "score", "rated"),
    [
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0, "critical"),
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, "critical"),
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7, "high"),
        ("AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 8.5, "high"),
        ("AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:L/SI:L/SA:L", 7.7, "high"),
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:L/SA:N", 6.9, "medium"),
        ("AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1, "medium"),
        ("AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 1.0, "low"),
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0, "low"),
    ],
)
def test_scores_and_bands_are_those_of_the_specification(metrics: str, score: float, rated: str) -> None:
    """S4-124: low to 3.9, medium to 6.9, high to 8.9, critical from 9.0 on; not high because nobody could tell."""
    assert base_score(f"CVSS:4.0/{metrics}") == score
    assert _severity({"severity": [{"type": "CVSS_V4", "score": f"CVSS:4.0/{metrics}"}]}) == rated


def test_the_vectors_have_the_scores_of_the_reference_calculator() -> None:
    """By how many fall into each band, and by the sum, as its translation in the package cvss 3.6 gives them."""
    names = ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA")
    values = ("NALP", "LH", "NP", "NLH", "NPA", "HLN", "HLN", "HLN")
    bands: Counter[str] = Counter()
    tenths = 0
    for *taken, beyond in itertools.product(*values, "HLN"):
        own = "/".join(f"{name}:{value}" for name, value in zip(names, taken, strict=True))
        score = base_score(f"CVSS:4.0/{own}/SC:{beyond}/SI:{beyond}/SA:{beyond}")
        tenths += round(score * 10)
        bands[next(word for word, most in BANDS if score <= most)] += 1
    assert bands == {"none": 144, "low": 2238, "medium": 6436, "high": 2674, "critical": 172}
    assert tenths == 605_071


BANDS = (("none", 0.0), ("low", 3.9), ("medium", 6.9), ("high", 8.9), ("critical", 10.0))


def test_what_is_told_beside_the_base_changes_nothing() -> None:
    """An advisory may add how mature exploits are, or supplements; its base score is the same."""
    assert base_score(f"{WORST}/E:U/CR:L/MAV:P/S:N/U:Green") == 10.0


@pytest.mark.parametrize(
    "vector",
    ["", "CVSS:3.1/AV:N", WORST.replace("/SA:H", ""), WORST.replace("AV:N", "AV:Q"), WORST.replace("AV:N", "AV:NA"),
     f"{WORST}/AV:N", f"{WORST}/XX:N", WORST.replace("SI:H", "SI:S")],
)  # fmt: skip
def test_what_cannot_be_read_rates_nothing(vector: str) -> None:
    with pytest.raises(ValueError, match="vector"):
        base_score(vector)
    assert _severity({"severity": [{"type": "CVSS_V4", "score": vector}]}) == "unknown"


@pytest.mark.parametrize(
    ("entry", "rated"),
    [
        ({"database_specific": {"severity": "LOW"}, "severity": [{"type": "CVSS_V4", "score": WORST}]}, "low"),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L"},
                       {"type": "CVSS_V4", "score": WORST}]}, "critical"),
        ({"severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:C/I:C/A:C"}]}, "unknown"),
    ],
)  # fmt: skip
def test_the_database_is_believed_first_and_of_two_vectors_the_graver_one(entry: dict[str, Any], rated: str) -> None:
    assert _severity(entry) == rated
