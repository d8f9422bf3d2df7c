"""Importing a catalogue of controls from CSV or an OSCAL catalogue in JSON, and its state by the posture."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from compliance.audit import Actor, record
from compliance.posture.looking import Looked, look_at_all
from modelops.lib.errors import Invalid
from modelops.lib.posture import controls

from .audit_events import CATALOGUE_IMPORTED
from .models import ControlCatalogue

MOST_CHARACTERS: Final = 1_000_000
MOST_CONTROLS: Final = 2_000
COLUMNS: Final = ("reference", "title", "checks")
_CODE: Final = "catalogue.invalid"
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A control of a catalogue with the checks that are mapped to it, as they were found just now."""

    reference: str
    title: str
    checks: list[Looked]

    @property
    def state(self) -> str:
        """unmapped, not_asked, holds or findings: without a check nothing is proven."""
        if not self.checks:
            return "unmapped"
        asked = [one for one in self.checks if one.outcome.applies]
        if not asked:
            return "not_asked"
        return "holds" if all(one.outcome.passed for one in asked) else "findings"


@transaction.atomic
def import_catalogue(name: str, text: str, *, actor: Actor) -> ControlCatalogue:
    """Keep a catalogue; one of the same name takes the place of the former.

    Raises Invalid for what is neither CSV nor OSCAL, and for checks that the portal does not have; nothing is kept.
    """
    if len(text) > MOST_CHARACTERS:
        raise Invalid(f"The catalogue is longer than {MOST_CHARACTERS:,} characters.", code=_CODE, field="catalogue")
    text = text.removeprefix("\ufeff")
    title, rows = _oscal(text) if text.lstrip().startswith("{") else ("", list(_csv(text)))
    name = " ".join((name or title).split())[:120]
    slug = slugify(name)[:80]
    if not slug:
        raise Invalid("Give the framework a name.", code=_CODE, field="name")
    _check(rows)
    row, _ = ControlCatalogue.objects.update_or_create(
        slug=slug,
        defaults={
            "name": name,
            "controls": rows,
            "source_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "imported_at": timezone.now(),
        },
    )
    record(
        CATALOGUE_IMPORTED, row, actor=actor, name=name, controls=len(rows),
        mapped=sum(bool(one["checks"]) for one in rows), sha256=row.source_sha256,
    )  # fmt: skip
    return row


def lines_of(catalogue: ControlCatalogue) -> list[Line]:
    """Every control with its checks."""
    seen = {one.control.key: one for one in look_at_all()}
    return [
        # A check that a later release no longer has proves nothing any more.
        Line(one["reference"], one["title"], [seen[key] for key in one["checks"] if key in seen])
        for one in catalogue.controls
    ]


def _csv(text: str) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text))
    named = [str(name).strip().lower() for name in reader.fieldnames or []]
    if missing := [name for name in COLUMNS if name not in named]:
        raise Invalid(
            f"The first line names no column {', '.join(missing)}; it must have {', '.join(COLUMNS)}.",
            code=_CODE,
            field="catalogue",
        )
    reader.fieldnames = named
    try:
        for row in reader:
            yield _row(row.get("reference"), row.get("title"), re.split(r"[\s;,]+", row.get("checks") or ""))
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} cannot be read: {error}.", code=_CODE, field="catalogue") from None


def _oscal(text: str) -> tuple[str, list[dict[str, Any]]]:
    try:
        catalog = json.loads(text)["catalog"]
        title = catalog["metadata"]["title"]
        rows = list(_controls(catalog, 0))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalid(
            'This is no OSCAL catalogue in JSON: {"catalog": {"metadata": {"title"}, "groups": [{"controls": […]}]}}.',
            code=_CODE,
            field="catalogue",
        ) from None
    return str(title), rows


def _controls(part: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        raise ValueError
    for one in part.get("controls", []):
        props = [(prop["name"], prop["value"]) for prop in one.get("props", [])]
        label = next((value for name, value in props if name == "label"), one["id"])
        yield _row(label, one["title"], [value for name, value in props if name == "check"])
        yield from _controls(one, depth + 1)
    for group in part.get("groups", []):
        yield from _controls(group, depth + 1)


def _row(reference: Any, title: Any, checks: list[Any]) -> dict[str, Any]:
    keys = list(dict.fromkeys(str(key) for key in checks if key))
    return {"reference": str(reference or "").strip()[:60], "title": str(title or "").strip()[:400], "checks": keys}


def _check(rows: list[dict[str, Any]]) -> None:
    if not 0 < len(rows) <= MOST_CONTROLS:
        raise Invalid(
            f"A catalogue has 1 to {MOST_CONTROLS:,} controls; this has {len(rows):,}.", code=_CODE, field="catalogue"
        )
    if empty := [place for place, row in enumerate(rows, 1) if not row["reference"] or not row["title"]]:
        raise Invalid(f"Control {empty[0]} has no reference or no title.", code=_CODE, field="catalogue")
    references = [row["reference"] for row in rows]
    if twice := sorted({one for one in references if references.count(one) > 1}):
        raise Invalid(f"The reference {twice[0]} stands there twice.", code=_CODE, field="catalogue")
    known = {one.key for one in controls()}
    if unknown := sorted({key for row in rows for key in row["checks"]} - known):
        raise Invalid(
            f"There is no check {', '.join(unknown[:5])}; the checklist has the names of all.",
            code=_CODE,
            field="catalogue",
        )
