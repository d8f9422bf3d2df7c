"""The base score of CVSS 3.0 and 3.1 from its vector. Source: FIRST, CVSS v3.1 Specification Document, section 7.1."""

import math
from typing import Final

_VALUES: Final = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES: Final = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def base_score(vector: str) -> float:
    """0.0 to 10.0. Raises ValueError for what is no vector of version 3."""
    head, *parts = vector.strip().split("/")
    if head not in {"CVSS:3.0", "CVSS:3.1"}:
        raise ValueError(f"{vector[:60]!r} is no CVSS vector of version 3.")
    given = dict(part.split(":", 1) for part in parts if ":" in part)
    try:
        scope = given["S"]
        privileges = _PRIVILEGES[scope][given["PR"]]
        value = {name: values[given[name]] for name, values in _VALUES.items()}
    except KeyError as missing:
        raise ValueError(f"The CVSS vector {vector[:80]!r} lacks {missing}.") from None
    loss = 1 - (1 - value["C"]) * (1 - value["I"]) * (1 - value["A"])
    impact = 6.42 * loss if scope == "U" else 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02) ** 15
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * value["AV"] * value["AC"] * privileges * value["UI"]
    return _round_up(min((impact + exploitability) * (1.0 if scope == "U" else 1.08), 10.0))


def _round_up(score: float) -> float:
    """To one decimal, up; in whole numbers, because of what fractions of two do (appendix A)."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10
