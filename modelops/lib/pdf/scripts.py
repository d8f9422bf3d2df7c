"""From the order in which text is written to the order in which it is drawn.

A PDF places glyphs from left to right and knows no script. Arabic letters are put into the forms that join, and lines
with Hebrew or Arabic are turned round run by run: the Unicode Bidirectional Algorithm (UAX #9) without its explicit
embeddings, which nobody needs in a register and which could make a value look like another one.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

_MIRRORED: Final = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))
_MARKS: Final = ("Mn", "Me")


@cache
def _forms() -> dict[str, dict[str, str]]:
    """By letter (or lam with alef): its isolated, final, initial and medial form."""
    known: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFDFC), *range(0xFE80, 0xFEFD)):
        form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if form in {"<isolated>", "<final>", "<initial>", "<medial>"}:
            text = "".join(chr(int(letter, 16)) for letter in letters)
            if len(text) == 1 or (text[0] == "ل" and text[1] in "اأإآ"):
                known.setdefault(text, {})[form[1:-1]] = chr(code)
    return known


def clusters(text: str) -> Iterator[str]:
    """Each character with the marks that belong to it."""
    held = ""
    for one in text:
        if held and unicodedata.category(one) not in _MARKS:
            yield held
            held = ""
        held += one
    if held:
        yield held


def joined(text: str) -> str:
    """The text with its Arabic letters in the forms that their neighbours ask for, still in the order of reading."""
    if not any("\u0600" <= one <= "\u06ff" for one in text):
        return text
    parts = _with_lam_alef([*clusters(text)])
    out = []
    for place, part in enumerate(parts):
        letter, marks = _split(part)
        forms = _forms().get(letter)
        if forms is None:
            out.append(part)
            continue
        before = place > 0 and "initial" in _forms().get(_split(parts[place - 1])[0], {})
        after = place + 1 < len(parts) and "final" in _forms().get(_split(parts[place + 1])[0], {})
        before, after = before and "final" in forms, after and "initial" in forms
        wanted = "medial" if before and after else "final" if before else "initial" if after else "isolated"
        out.append(forms.get(wanted, letter) + marks)
    return "".join(out)


def _with_lam_alef(parts: list[str]) -> list[str]:
    out: list[str] = []
    for part in parts:
        if out and out[-1] == "ل" and part[0] in "اأإآ":
            out[-1] = "ل" + part
        else:
            out.append(part)
    return out


def _split(part: str) -> tuple[str, str]:
    """The letter of a cluster, and its marks."""
    size = 2 if part[:2] in _forms() else 1
    return part[:size], part[size:]


def is_right_to_left(text: str) -> bool:
    """Whether its first letter is of a script that is read from the right."""
    strong = (kind for one in text if (kind := unicodedata.bidirectional(one)) in {"L", "R", "AL"})
    return next(strong, "L") != "L"


def visual(line: str, *, from_the_right: bool) -> str:
    """One line in the order in which it is drawn, within a paragraph of the given direction."""
    parts = [*clusters(line)]
    kinds = _kinds(parts, "R" if from_the_right else "L")
    if not from_the_right and "R" not in kinds:
        return line
    levels = [{"L": 2, "R": 1, "N": 2}[kind] if from_the_right else {"L": 0, "R": 1, "N": 2}[kind] for kind in kinds]
    parts = [_MIRRORED.get(part, part) if level % 2 else part for part, level in zip(parts, levels, strict=True)]
    for level in (2, 1):
        start = 0
        while start < len(parts):
            end = start
            while end < len(parts) and levels[end] >= level:
                end += 1
            parts[start:end] = parts[start:end][::-1]
            levels[start:end] = levels[start:end][::-1]
            start = max(end, start + 1)
    return "".join(parts)


def _kinds(parts: list[str], base: str) -> list[str]:
    """L, R or N (number) of each cluster; what has no direction takes that of its neighbours."""
    plain = {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N"}
    kinds = [plain.get(unicodedata.bidirectional(part[0]), "") for part in parts]
    _numbers(parts, kinds, base)
    place = 0
    while place < len(kinds):
        if kinds[place]:
            place += 1
            continue
        end = place
        while end < len(kinds) and not kinds[end]:
            end += 1
        before = kinds[place - 1] if place else base
        after = kinds[end] if end < len(kinds) else base
        sides = {"R" if side == "N" else side for side in (before, after)}
        kinds[place:end] = [sides.pop() if len(sides) == 1 else base] * (end - place)
        place = end
    return kinds


def _numbers(parts: list[str], kinds: list[str], base: str) -> None:
    """Separators within a number and signs beside it belong to it; a number after Latin letters reads with them."""
    for place, part in enumerate(parts):
        near = (kinds[place - 1] if place else "", kinds[place + 1] if place + 1 < len(kinds) else "")
        kind = unicodedata.bidirectional(part[0])
        if (kind in {"ES", "CS"} and near == ("N", "N")) or (kind == "ET" and "N" in near):
            kinds[place] = "N"
    strong = base
    for place, kind in enumerate(kinds):
        if kind in {"L", "R"}:
            strong = kind
        elif kind == "N" and strong == "L":
            kinds[place] = "L"
