"""The page about OWASP ASVS names tests that exist, or says why there is none."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(
    r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+) \|$", (ROOT / "docs/reference/asvs.md").read_text(), re.MULTILINE
)
# How many requirements of levels 1 and 2 each chapter of the standard (5.0.0) has.
CHAPTERS = {"3": 19, "4": 10, "6": 35, "7": 18, "8": 7, "9": 7, "13": 13, "16": 16}


@cache
def names_in(path: str) -> set[str]:
    file = ROOT / path
    return set(re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)) if file.is_file() else set()


@pytest.mark.parametrize(("requirement", "words", "shown"), ROWS, ids=[row[0] for row in ROWS])
def test_each_requirement_is_shown_or_says_why_not(requirement: str, words: str, shown: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown)
    assert named or re.match(r"(not yet|does not apply): .{8,}", shown) or "not yet" in shown, shown
    assert len(words) < 90, "in short words"
    for path, name in named:
        assert name in names_in(path), f"{path} has no {name}"


def test_no_requirement_is_missing_or_there_twice() -> None:
    ids = [row[0] for row in ROWS]
    assert len(ids) == len(set(ids))
    assert {chapter: sum(1 for one in ids if one.split(".")[0] == chapter) for chapter in CHAPTERS} == CHAPTERS
