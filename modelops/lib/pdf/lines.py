"""Text as lines of a width, each as runs of one font. What no font has a glyph for is shown by its code point."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from modelops.lib.late import late

from .scripts import clusters, is_right_to_left, joined, visual

ttfonts = late("reportlab.pdfbase.ttfonts")
pdfmetrics = late("reportlab.pdfbase.pdfmetrics")

_FONTS: Final = Path(__file__).parent / "fonts"
# DejaVu has the alphabets, WenQuanYi the characters of Chinese, Japanese and Korean.
PLAIN, BOLD, _EAST = "DejaVuSans", "DejaVuSans-Bold", "wqy-microhei"
_FILES: Final = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf", _EAST: "wqy-microhei.ttc"}
# Zero width, so that nothing is seen of them; every other control character is shown.
_UNSEEN: Final = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff")


@dataclass(frozen=True)
class Line:
    """Runs of (font, text) in the order of drawing, with their widths in points."""

    runs: tuple[tuple[str, str, float], ...]
    from_the_right: bool = False

    @property
    def width(self) -> float:
        return sum(width for _, _, width in self.runs)


@cache
def _glyphs(font: str) -> Any:
    """The code points of a font, which is made ready for drawing at its first use."""
    made = ttfonts.TTFont(font, str(_FONTS / _FILES[font]))
    pdfmetrics.registerFont(made)
    return made.face.charToGlyph.keys()


def wrapped(text: str, width: float, size: float, *, font: str = PLAIN) -> list[Line]:
    """The text in lines no wider than ``width`` points; at least one, so that an empty value has its place."""
    lines = []
    for paragraph in re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", unicodedata.normalize("NFC", text)):
        from_the_right = is_right_to_left(paragraph)
        shown = _printable(joined(paragraph.expandtabs(4)), font)
        for line in _broken(shown, width, size, font):
            drawn = visual(line, from_the_right=from_the_right)
            lines.append(Line(tuple(_runs(drawn, size, font)), from_the_right))
    return lines


def _font_of(one: str, font: str) -> str | None:
    code = ord(one)
    # The second font is five megabytes: it is opened only for what the first one lacks.
    return font if code in _glyphs(font) else _EAST if code in _glyphs(_EAST) else None


def _printable(text: str, font: str) -> str:
    out = []
    for one in text:
        if one in _UNSEEN:
            continue
        is_control = unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn"}
        out.append(f"⟨U+{ord(one):04X}⟩" if is_control or _font_of(one, font) is None else one)
    return "".join(out)


def _broken(text: str, width: float, size: float, font: str) -> Iterator[str]:
    """Lines in the order of reading, broken at spaces, hyphens and between East Asian characters, else anywhere."""
    line, used = "", 0.0
    for word in _words(text):
        needed = _width(word.rstrip(), size, font)
        if line and used + needed > width:
            yield line.rstrip()
            line, used = "", 0.0
        if needed > width:
            for part in clusters(word):
                wide = _width(part, size, font)
                if line and used + wide > width:
                    yield line
                    line, used = "", 0.0
                line, used = line + part, used + wide
            continue
        line, used = line + word, used + _width(word, size, font)
    yield line.rstrip()


def _words(text: str) -> Iterator[str]:
    held = ""
    for part in clusters(text):
        is_east = unicodedata.east_asian_width(part[0]) in {"W", "F"}
        if held and ((held[-1] in " -/" and part != " ") or (is_east and part not in "、。，．）」』")):
            yield held
            held = ""
        held += part
    if held:
        yield held


def _runs(text: str, size: float, font: str) -> Iterator[tuple[str, str, float]]:
    held, of = "", font
    for one in text:
        own = _font_of(one, font) or font
        if held and own != of:
            yield of, held, pdfmetrics.stringWidth(held, of, size)
            held = ""
        held, of = held + one, own
    if held:
        yield of, held, pdfmetrics.stringWidth(held, of, size)


def _width(text: str, size: float, font: str) -> float:
    return sum(width for _, _, width in _runs(text, size, font))
