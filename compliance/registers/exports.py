"""Registers as files: CSV in which no spreadsheet finds a formula, JSON, and PDF to read and to hand over."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import NotFound
from modelops.lib.pdf import Section, make_pdf

from .audit_events import REGISTER_EXPORTED
from .models import Breach, Incident, ProcessingActivity

MEDIA: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json", "pdf": "application/pdf"}
# What a spreadsheet takes for the start of a formula or command.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


_CONTROLLER: Final = "Controller and contact"


@dataclass(frozen=True)
class Register:
    """What is exported of a register: its title, and headings with the values of a row, in order."""

    title: str
    rows: Callable[[], Iterable[Model]]
    columns: tuple[tuple[str, Callable[[Any], Any]], ...]


def _field(name: str) -> Callable[[Any], Any]:
    def value(row: Any) -> Any:
        display = getattr(row, f"get_{name}_display", None)
        return display() if display else getattr(row, name)

    return value


def _columns(*names: tuple[str, str]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple((heading, _field(name)) for heading, name in names)


REGISTERS: Final = {
    # GDPR Art. 30(1)(a) to (g), in its order.
    "activities": Register(
        "Record of processing activities (GDPR Art. 30)",
        lambda: ProcessingActivity.objects.order_by("name"),
        _columns(
            ("Activity", "name"),
            (_CONTROLLER, "controller"),
            ("Purposes", "purpose"),
            ("Legal basis", "basis"),
            ("Categories of people", "subjects"),
            ("Categories of data", "categories"),
            ("Recipients", "recipients"),
            ("Transfers to other countries and safeguards", "transfers"),
            ("Time limits of erasure", "retention"),
            ("Security measures", "measures"),
            ("Datasets", "datasets"),
            ("Revision", "revision"),
            ("Changed", "changed_at"),
            ("Ended", "ended_at"),
        ),
    ),
    # Art. 33(3)(a) to (d), and 33(5): facts, effects, what was done about it.
    "breaches": Register(
        "Register of personal data breaches (GDPR Art. 33)",
        lambda: Breach.objects.order_by("id"),
        _columns(
            ("Breach", "title"),
            ("Known since", "known_at"),
            ("Due", "due_at"),
            ("Nature", "nature"),
            ("Categories of people and data", "categories"),
            ("People, approximately", "subject_count"),
            ("Records, approximately", "record_count"),
            ("Contact point", "contact"),
            ("Likely consequences", "consequences"),
            ("Measures", "measures"),
            ("State", "state"),
            ("Decided", "decided_at"),
            ("Reason", "reason"),
        ),
    ),
    "incidents": Register(
        "Register of security incidents",
        lambda: Incident.objects.order_by("id"),
        _columns(
            ("Incident", "title"),
            ("Severity", "severity"),
            ("Summary", "summary"),
            ("Led by", "lead"),
            ("Opened", "opened_at"),
            ("Closed", "closed_at"),
            ("Learned", "lesson"),
        ),
    ),
}


def table_of(name: str) -> list[dict[str, str]]:
    """Every row of a register by heading, as text."""
    if name not in REGISTERS:
        raise NotFound(f"There is no register {name!r}; known: {', '.join(REGISTERS)}.", code="register.unknown")
    register = REGISTERS[name]
    return [{heading: _text(value(row)) for heading, value in register.columns} for row in register.rows()]


def as_csv(rows: list[dict[str, str]], headings: Iterable[str]) -> str:
    """RFC 4180, with an apostrophe before what would be a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row.values()])
    return out.getvalue()


def as_pdf(register: Register, rows: list[dict[str, str]]) -> bytes:
    """Each row with every field under its name, and before them all whose register it is and from when."""
    now = timezone.now()
    facts = [("As of", f"{now:%Y-%m-%d %H:%M} UTC"), ("Entries", str(len(rows)))]
    if controllers := dict.fromkeys(row[_CONTROLLER] for row in rows if row.get(_CONTROLLER)):
        facts.insert(0, ("Controller", "\n".join(controllers)))
    first = register.columns[0][0]
    sections = [Section(row[first], [(heading, value or "none") for heading, value in row.items()]) for row in rows]
    return make_pdf(register.title, facts, sections, now)


def export(name: str, form: str, *, actor: Actor) -> str | bytes:
    """The register as ``csv``, ``json`` or ``pdf``; the ledger tells that it was given out."""
    rows = table_of(name)
    if form not in MEDIA:
        raise NotFound(f"There is no form {form!r}; known: {', '.join(MEDIA)}.", code="register.unknown_form")
    with transaction.atomic():
        record(REGISTER_EXPORTED, ("registers.register", name), actor=actor, register=name, form=form, rows=len(rows))
    if form == "json":
        return json.dumps({"register": name, "rows": rows}, ensure_ascii=False, indent=1)
    if form == "pdf":
        return as_pdf(REGISTERS[name], rows)
    return as_csv(rows, [heading for heading, _ in REGISTERS[name].columns])


def as_answer(name: str, form: str, *, actor: Actor) -> HttpResponse:
    """What `export` gives, as a download."""
    answer = HttpResponse(export(name, form, actor=actor), content_type=MEDIA[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
