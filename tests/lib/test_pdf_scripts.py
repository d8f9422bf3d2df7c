"""Text is drawn as it is read: joined Arabic letters, lines from the right, and nothing that is dropped or hidden."""

import unicodedata

import pytest

from modelops.lib.pdf.lines import PLAIN, Line, wrapped
from modelops.lib.pdf.scripts import is_right_to_left, joined, visual


def shown(text: str, width: float = 400.0) -> list[str]:
    return ["".join(run for _, run, _ in line.runs) for line in wrapped(text, width, 9.0)]


@pytest.mark.parametrize("text", ["Zürich", "Ελλάδα, Россия", "a (b) 1-2", ""])
def test_scripts_from_the_left_stay_as_they_are(text: str) -> None:
    assert shown(text) == [text]


def test_arabic_letters_take_the_forms_that_join() -> None:
    """Published forms: seen initial, lam-alef final, meem isolated; what does not join on ends a group."""
    names = [unicodedata.name(one).rpartition(" ")[0] for one in joined("سلام")]
    forms = [unicodedata.name(one).split()[-2:] for one in joined("سلام")]
    assert forms == [["INITIAL", "FORM"], ["FINAL", "FORM"], ["ISOLATED", "FORM"]], names
    assert [unicodedata.name(one).split()[-2] for one in joined("بيت دار")[:3]] == ["INITIAL", "MEDIAL", "FINAL"]
    assert joined("abc") == "abc"


def test_marks_stay_with_their_letters_and_do_not_part_them() -> None:
    vowels = joined("بَيت")
    assert [unicodedata.name(vowels[place]).split()[-2] for place in (0, 2, 3)] == ["INITIAL", "MEDIAL", "FINAL"]
    assert visual("בּא", from_the_right=True) == "אבּ"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("אבג 12.5 abc (דה)", "(הד) abc 12.5 גבא"),
        ("ab אבג cd", "ab גבא cd"),
        ("ab אבג 12", "ab 12 גבא"),
        ("אבג, דהו.", ".והד ,גבא"),
        ("2026-11-23", "2026-11-23"),
    ],
)
def test_a_line_is_turned_round_run_by_run(text: str, drawn: str) -> None:
    """As UAX #9 has it: numbers and Latin keep their direction, brackets are mirrored."""
    assert visual(text, from_the_right=is_right_to_left(text)) == drawn


def test_what_has_no_glyph_or_would_hide_something_is_shown_by_its_code_point() -> None:
    assert shown("a\u0939b\u202ec\x07") == ["a⟨U+0939⟩b⟨U+202E⟩c⟨U+0007⟩"]
    assert shown("\U000e0041") == ["⟨U+E0041⟩"]
    assert shown("한국어 日本語 中文") == ["한국어 日本語 中文"]


def test_lines_are_as_wide_as_asked_and_lose_nothing() -> None:
    """At spaces, between East Asian characters, and within a word that is wider than the line."""
    for text in ("many words " * 60, "x" * 500, "乘客和机组人员" * 40, "a-b-" * 90):
        lines: list[Line] = wrapped(text, 180.0, 9.0)
        assert all(line.width <= 180.0 for line in lines)
        assert len(lines) > 3
        assert "".join(shown(text, 180.0)).replace(" ", "") == text.replace(" ", "")
    assert [len(line.runs) for line in wrapped("one\r\n\ntwo", 180.0, 9.0, font=PLAIN)] == [1, 0, 1]
