"""A document as Markdown, as a page of HTML that stands alone, and as JSON."""

import json
from typing import Any, Final

from django.template.loader import render_to_string

from .documents import KNOWN, LEFT_OUT, MISSING, Document, Entry, Part

# By name: the type of the content and the ending of the file.
FORMS: Final = {
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "html": ("text/html; charset=utf-8", "html"),
    "json": ("application/json", "json"),
}

_MARKS = {"written": "filled", KNOWN: "filled by the portal", MISSING: "**missing**"}


def written(document: Document, form: str) -> str:
    """``document`` as "markdown", "html" or "json"."""
    if form == "json":
        return json.dumps(as_data(document), ensure_ascii=False, indent=1) + "\n"
    if form == "html":
        return render_to_string("cards/document.html", {"document": document})
    return _markdown(document)


def as_data(document: Document) -> dict[str, Any]:
    """``document`` as plain JSON."""
    return {
        "title": document.title,
        "facts": [{"label": label, "text": text} for label, text in document.facts],
        "parts": [
            {
                "number": part.number,
                "heading": part.heading,
                "filled": part.is_filled,
                "missing": part.missing,
                "entries": [_entry_data(entry) for entry in part.entries],
            }
            for part in document.parts
        ],
    }


def _entry_data(entry: Entry) -> dict[str, Any]:
    return {
        "field": entry.key or None,
        "label": entry.label,
        "state": entry.state,
        "text": entry.text,
        "groups": entry.groups,
    }


def _markdown(document: Document) -> str:
    lines = [f"# {_plain(document.title)}", ""]
    lines += [f"- {_plain(label)}: {_plain(text)}" for label, text in document.facts]
    for part in document.parts:
        lines += ["", *_part(part)]
    return "\n".join(lines) + "\n"


def _part(part: Part) -> list[str]:
    number = f"{part.number}. " if part.number else ""
    mark = "[filled]" if part.is_filled else f"[missing: {', '.join(part.missing)}]"
    mark = "[not asked for]" if part.is_empty else mark
    lines = [f"## {number}{part.heading} {_plain(mark)}"]
    for entry in part.entries:
        if entry.state == LEFT_OUT:
            continue
        lines += ["", f"### {_plain(entry.label)} ({_MARKS[entry.state]})"]
        if entry.groups:
            lines += ["", "| group | metric | value |", "|---|---|---|"]
            lines += [
                f"| {_plain(row['group'])} | {_plain(row['metric'])} | {row['value']:g} |" for row in entry.groups
            ]
        elif entry.text:
            # Text of a card is Markdown already; what the portal knows is plain. Neither brings HTML along.
            lines += ["", _no_html(entry.text) if entry.state == "written" else _plain(entry.text)]
    return lines


def _no_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _plain(text: str) -> str:
    """``text`` without anything that Markdown takes for a mark."""
    one_line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]|#" else letter for letter in _no_html(one_line))
