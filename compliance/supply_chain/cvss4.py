"""The base score of CVSS 4.0 (CVSS-B) from its vector. Source: FIRST, CVSS v4.0 Specification Document, section 8.

Six equivalence classes of a vector choose a score of the table that FIRST's experts made; how far the vector lies below
the gravest of its classes takes a share of the way to the next lower score. Threat and environment are left out, as
version 3 is scored here: exploits are taken as known and every requirement as high.
"""

import math
from fractions import Fraction
from typing import Final

# Steps below the gravest value of each metric.
_STEPS: Final = {
    "AV": "NALP", "PR": "NLH", "UI": "NPA", "AC": "LH", "AT": "NP",
    "VC": "HLN", "VI": "HLN", "VA": "HLN", "SC": "HLN", "SI": "HLN", "SA": "HLN",
}  # fmt: skip
_OPTIONAL: Final = frozenset(
    (
        "E", "CR", "IR", "AR", "MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA",
        "S", "AU", "R", "V", "RE", "U",
    )
)  # fmt: skip
_REACH, _EFFORT, _HERE, _BEYOND = ("AV", "PR", "UI"), ("AC", "AT"), ("VC", "VI", "VA"), ("SC", "SI", "SA")
# The gravest vectors of each class, and how many steps the class is deep.
_GRAVEST: Final = {
    _REACH: (("NNN",), ("ANN", "NLN", "NNP"), ("PNN", "ALP")),
    _EFFORT: (("LN",), ("HN", "LP")),
    _HERE: (("HHH",), ("LHH", "HLH"), ("LLL",)),
    _BEYOND: (("HHH",), ("LLL",)),
}
_DEPTH: Final = {_REACH: (1, 4, 5), _EFFORT: (1, 2), _HERE: (7, 8, 10), _BEYOND: (5, 4)}
# Tenths by the classes of reach and effort; in a row those of the impact here (classes 3 and 6 of the specification:
# 00, 01, 10, 11, 21), each for high and for low impact beyond.
_SCORES: Final = {
    (0, 0): ((100, 93), (96, 90), (93, 88), (92, 80), (79, 69)),
    (0, 1): ((95, 92), (91, 81), (92, 84), (82, 70), (71, 63)),
    (1, 0): ((94, 87), (89, 75), (86, 72), (76, 57), (65, 53)),
    (1, 1): ((90, 77), (77, 66), (74, 61), (59, 52), (58, 23)),
    (2, 0): ((86, 70), (74, 54), (72, 53), (57, 36), (47, 24)),
    (2, 1): ((73, 54), (55, 43), (61, 46), (51, 18), (24, 10)),
}
_ROW: Final = (0, 2, 4)
# The next lower rows; of two the graver one counts.
_LOWER_ROWS: Final = ((1, 2), (3,), ())


def base_score(vector: str) -> float:
    """0.0 to 10.0. Raises ValueError for what is no vector of version 4.0."""
    given = _parsed(vector)
    if all(given[name] == "N" for name in (*_HERE, *_BEYOND)):
        return 0.0
    reach, effort, here, beyond = _classes(given)
    score = _SCORES[reach, effort][_ROW[here]][beyond]
    below = [
        (_REACH, reach, _SCORES[reach + 1, effort][_ROW[here]][beyond] if reach < 2 else None),
        (_EFFORT, effort, _SCORES[reach, 1][_ROW[here]][beyond] if effort < 1 else None),
        (_HERE, here, max((_SCORES[reach, effort][row][beyond] for row in _LOWER_ROWS[here]), default=None)),
        (_BEYOND, beyond, _SCORES[reach, effort][_ROW[here]][1] if beyond < 1 else None),
    ]
    # One more way down is always there, that of unknown exploits; at its top nothing is taken for it.
    shares = [Fraction(0)]
    for metrics, place, lower in below:
        if lower is not None:
            steps = _steps_below(given, metrics, place)
            shares.append(Fraction((score - lower) * steps, _DEPTH[metrics][place]))
    exact = min(max(score - sum(shares) / len(shares), Fraction(0)), Fraction(100))
    return math.floor(exact + Fraction(1, 2)) / 10


def _parsed(vector: str) -> dict[str, str]:
    head, *parts = vector.strip().split("/")
    if head != "CVSS:4.0":
        raise ValueError(f"{vector[:60]!r} is no CVSS vector of version 4.")
    given: dict[str, str] = {}
    for part in parts:
        name, _, value = part.partition(":")
        if name in given or (name not in _STEPS and name not in _OPTIONAL):
            raise ValueError(f"The CVSS vector {vector[:80]!r} has {name[:10]!r}, which is unknown or given twice.")
        given[name] = value
    for name, values in _STEPS.items():
        if len(given.get(name, "")) != 1 or given[name] not in values:
            raise ValueError(f"The CVSS vector {vector[:80]!r} lacks {name}.")
    return given


def _classes(given: dict[str, str]) -> tuple[int, int, int, int]:
    """The classes 1, 2, 3 and 4; class 6 follows from 3 where every requirement is high, and 4 begins below safety."""
    easy = [given[name] == "N" for name in _REACH]
    reach = 0 if all(easy) else 1 if any(easy) and given["AV"] != "P" else 2
    effort = 0 if (given["AC"], given["AT"]) == ("L", "N") else 1
    high = [given[name] == "H" for name in _HERE]
    here = 0 if high[0] and high[1] else 1 if any(high) else 2
    beyond = 0 if any(given[name] == "H" for name in _BEYOND) else 1
    return reach, effort, here, beyond


def _steps_below(given: dict[str, str], metrics: tuple[str, ...], place: int) -> int:
    """How far the vector lies below the first of the gravest of its class that is at least as grave everywhere."""
    for gravest in _GRAVEST[metrics][place]:
        steps = [
            _STEPS[name].index(given[name]) - _STEPS[name].index(top)
            for name, top in zip(metrics, gravest, strict=True)
        ]
        if min(steps) >= 0:
            return sum(steps)
    raise AssertionError(f"No gravest vector of class {place} covers {given}.")
