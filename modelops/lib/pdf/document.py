"""A document of sections, each a table of what a field is called and what it says, over as many pages as it needs."""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from modelops.lib.late import late

from .lines import BOLD, PLAIN, Line, wrapped

pdfcanvas = late("reportlab.pdfgen.canvas")

_PAPER: Final = (595.28, 841.89)  # A4 in points
_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, 541.0, 780.0, 62.0
_VALUES: Final = 200.0  # where the second column begins
_TEXT, _HEAD, _TITLE, _SMALL = 9.0, 12.0, 18.0, 7.5
_SPACING: Final = 1.4
_GREY: Final = (0.35, 0.35, 0.35)


@dataclass(frozen=True)
class Section:
    """A heading, and pairs of what a field is called and what it says."""

    heading: str
    rows: Sequence[tuple[str, str]]


@dataclass
class _Page:
    """What is drawn on a page: text at a place, rules at a height, and headings that the outline leads to."""

    texts: list[tuple[float, float, float, Line]] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    headings: list[tuple[str, float]] = field(default_factory=list)


def make_pdf(title: str, facts: Sequence[tuple[str, str]], sections: Sequence[Section], made_at: dt.datetime) -> bytes:
    """An A4 document with embedded fonts, an outline, and the title, the moment and "page x of y" on every page."""
    pages = _Pages()
    pages.place(wrapped(title, _RIGHT - _LEFT, _TITLE, font=BOLD), _TITLE, gap=6)
    for label, value in facts:
        pages.row(label, value, ruled=False)
    for section in sections:
        pages.section(section)
    out = io.BytesIO()
    canvas = pdfcanvas.Canvas(out, pagesize=_PAPER, pageCompression=1, lang="en", initialFontName=PLAIN)
    canvas.setTitle(title)
    canvas.setSubject("; ".join(f"{label}: {value}" for label, value in facts))
    canvas.setAuthor("ModelOps portal")
    canvas.setCreator("ModelOps portal")
    foot = f"{title}, {made_at:%Y-%m-%d %H:%M} UTC"
    for number, page in enumerate(pages.made, 1):
        _draw(canvas, page, foot, f"Page {number} of {len(pages.made)}")
    canvas.save()
    return out.getvalue()


class _Pages:
    """Places lines from the top to the bottom, and begins a page when one is full."""

    def __init__(self) -> None:
        self.made = [_Page()]
        self._y = _TOP
        self._heading = ""

    def place(self, lines: Sequence[Line], size: float, gap: float) -> None:
        """Lines over the whole width."""
        for line in lines:
            self._room(size * _SPACING)
            self._text(_LEFT, size, line)
            self._y -= size * _SPACING
        self._y -= gap

    def section(self, section: Section) -> None:
        """A heading that stays with its first row, then the rows."""
        lines = wrapped(section.heading, _RIGHT - _LEFT, _HEAD, font=BOLD)
        self._heading = ""
        self._y -= 14
        self._room(len(lines) * _HEAD * _SPACING + 4 * _TEXT * _SPACING)
        self.made[-1].headings.append((section.heading, self._y + _HEAD))
        self.place(lines, _HEAD, gap=2)
        self._heading = section.heading
        for label, value in section.rows:
            self.row(label, value)
        self._heading = ""

    def row(self, label: str, value: str, *, ruled: bool = True) -> None:
        """Two columns; a value that is longer than the page goes on on the next one."""
        heads = wrapped(label, _VALUES - _LEFT - 12, _TEXT, font=BOLD)
        values = wrapped(value, _RIGHT - _VALUES, _TEXT)
        step = _TEXT * _SPACING
        self._room(max(len(heads), min(len(values), 3)) * step + 8)
        if ruled:
            self.made[-1].rules.append(self._y + step - 1)
        # The name first, so that what reads the file aloud says it before the value; there is room for all of it.
        for place, line in enumerate(heads):
            self._text(_LEFT, _TEXT, line, down=place * step)
        for line in values:
            self._room(step)
            self._text(_RIGHT - line.width if line.from_the_right else _VALUES, _TEXT, line)
            self._y -= step
        self._y -= max(0, len(heads) - len(values)) * step
        self._y -= 5

    def _text(self, x: float, size: float, line: Line, down: float = 0.0) -> None:
        self.made[-1].texts.append((x, self._y - down, size, line))

    def _room(self, height: float) -> None:
        """Begin a page when that much does not fit, and say there what goes on."""
        if self._y - height >= _BOTTOM:
            return
        self.made.append(_Page())
        self._y = _TOP
        if heading := self._heading:
            first = wrapped(f"{heading} (continued)", _RIGHT - _LEFT, _TEXT, font=BOLD)[0]
            self._text(_LEFT, _TEXT, first)
            self._y -= 2 * _TEXT * _SPACING


def _draw(canvas: Any, page: _Page, foot: str, number: str) -> None:
    for x, y, size, line in page.texts:
        _write(canvas, x, y, size, line)
    canvas.setStrokeColorRGB(0.75, 0.75, 0.75)
    canvas.setLineWidth(0.5)
    for y in page.rules:
        canvas.line(_LEFT, y, _RIGHT, y)
    for heading, y in page.headings:
        key = f"{canvas.getPageNumber()}-{y:.0f}"
        canvas.bookmarkHorizontal(key, 0, y)
        canvas.addOutlineEntry(heading, key)
    canvas.setFillColorRGB(*_GREY)
    for x, line in _foot(foot, number):
        _write(canvas, x, 40, _SMALL, line)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.showPage()


def _foot(foot: str, number: str) -> Iterator[tuple[float, Line]]:
    [counted] = wrapped(number, 200, _SMALL, font=PLAIN)
    yield _LEFT, wrapped(foot, _RIGHT - _LEFT - 100, _SMALL)[0]
    yield _RIGHT - counted.width, counted


def _write(canvas: Any, x: float, y: float, size: float, line: Line) -> None:
    for font, text, width in line.runs:
        canvas.setFont(font, size)
        canvas.drawString(x, y, text)
        x += width
