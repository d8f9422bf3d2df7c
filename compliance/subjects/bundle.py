"""The answer to an access request as a ZIP: for people (index.html), spreadsheets (csv/) and machines (data.json).

``schema.json`` describes ``data.json`` (JSON Schema 2020-12). The archive is made in memory and is sealed before it
is stored. Only declared sections and declared fields get in.
"""

import datetime as dt
import hashlib
import io
import json
import math
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TextIO

from django.template.loader import render_to_string

from modelops.lib.errors import TooLarge

from . import spreadsheet
from .circumstances import TOPICS
from .providers import ExportedRow, Section, Value
from .spool import Json, Spool

MAX_BYTES: Final = 256 * 2**20
"""A sealed bundle is one value of the database; beyond this the answer is handed over in another way."""

HTML_ROWS: Final = 500
"""Rows per section on the page that people read; the spreadsheet files hold all of them."""


class UndeclaredData(Exception):
    """A provider gave a section or field that it does not declare: a fault of the program, not of the request."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bundle says about itself."""

    reference: str
    kind: str
    regime: str
    received_at: dt.datetime
    generated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Bundle:
    """The finished archive and what is in it."""

    content: bytes
    sha256: str
    rows: dict[str, int]

    @property
    def row_count(self) -> int:
        """Rows of all sections together."""
        return sum(self.rows.values())


def json_value(value: Value) -> Json:
    """The value as JSON has it: times in ISO 8601, identifiers as text, numbers that JSON has no word for as text."""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value


class BundleWriter:
    """Takes rows in any order and gives the archive."""

    def __init__(
        self, facts: Facts, sections: Iterable[Section], about: Mapping[str, Sequence[Mapping[str, str]]] | None = None
    ) -> None:
        self.facts = facts
        # What is told beside the data: each topic of TOPICS, or nothing where the law asks for the data alone.
        self._about = about or {}
        self._sections = {section.key: section for section in sections}
        self._spools = {key: Spool() for key in self._sections}

    def add(self, row: ExportedRow) -> None:
        """Keep one row; raises UndeclaredData when its section or a field of it was never declared."""
        section = self._sections.get(row.section)
        if section is None:
            raise UndeclaredData(f"The section {row.section!r} is not declared.")
        if unknown := row.fields.keys() - section.fields.keys():
            raise UndeclaredData(f"{row.section}: {', '.join(sorted(unknown))} not declared.")
        self._spools[row.section].append({name: json_value(row.fields.get(name)) for name in section.fields})

    def finish(self) -> Bundle:
        """The archive; sections without a row are left out. Raises TooLarge beyond ``MAX_BYTES``."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            with self._entry(archive, "index.html") as stream:
                stream.write(self._page())
            with self._entry(archive, "data.json") as stream:
                stream.writelines(self._data())
            with self._entry(archive, "schema.json") as stream:
                json.dump(self.schema(), stream, indent=2, ensure_ascii=False)
            for section, spool in self._filled():
                with self._entry(archive, f"csv/{section.key}.csv") as stream:
                    stream.write("\ufeff")  # Spreadsheet programs take the file for UTF-8 by this mark.
                    spreadsheet.write(stream, section.fields, spool)
            for key, told in self._about.items():
                with self._entry(archive, f"csv/about.{key}.csv") as stream:
                    stream.write("\ufeff")
                    spreadsheet.write(stream, TOPICS[key].fields, told)
        content = buffer.getvalue()
        if len(content) > MAX_BYTES:
            raise TooLarge(
                f"The bundle has {len(content) // 2**20} MiB; at most {MAX_BYTES // 2**20} MiB can be stored. "
                "Hand the data over outside the portal and record how.",
                code="bundle.too_large",
            )
        rows = {section.key: spool.count for section, spool in self._filled()}
        return Bundle(content, hashlib.sha256(content).hexdigest(), rows)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of ``data.json``, with the meaning of every field."""
        value = {"type": ["string", "number", "boolean", "null"]}
        sections = {
            section.key: {
                "type": "object",
                "title": section.title,
                "required": ["title", "source", "portable", "rows"],
                "properties": {
                    "title": {"const": section.title},
                    "source": {"const": section.source},
                    "portable": {"const": section.portable},
                    "rows": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": list(section.fields),
                            "additionalProperties": False,
                            "properties": {
                                name: {**value, "description": text} for name, text in section.fields.items()
                            },
                        },
                    },
                },
            }
            for section, _ in self._filled()
        }
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"Answer to request {self.facts.reference}",
            "type": "object",
            "required": [*self._head(), "about", "sections"],
            "additionalProperties": False,
            "properties": {
                **{name: {"type": "string"} for name in self._head()},
                "about": {
                    "type": "object",
                    "required": list(self._about),
                    "additionalProperties": False,
                    "properties": {key: _schema_of(key) for key in self._about},
                },
                "sections": {"type": "object", "additionalProperties": False, "properties": sections},
            },
        }

    def _head(self) -> dict[str, str]:
        return {
            "reference": self.facts.reference,
            "kind": self.facts.kind,
            "regime": self.facts.regime,
            "received_at": self.facts.received_at.isoformat(),
            "generated_at": self.facts.generated_at.isoformat(),
        }

    def _filled(self) -> list[tuple[Section, Spool]]:
        return [(self._sections[key], spool) for key, spool in self._spools.items() if spool.count]

    def _data(self) -> Iterator[str]:
        """``data.json`` piece by piece, so that it is never a whole in memory."""
        yield json.dumps(self._head(), ensure_ascii=False, indent=2).removesuffix("\n}")
        yield f',\n  "about": {json.dumps(self._about, ensure_ascii=False)}'
        yield ',\n  "sections": {'
        for position, (section, spool) in enumerate(self._filled()):
            about = {"title": section.title, "source": section.source, "portable": section.portable}
            yield "," if position else ""
            yield f'\n    {json.dumps(section.key)}: {json.dumps(about, ensure_ascii=False)[:-1]}, "rows": ['
            for number, row in enumerate(spool):
                yield f"{',' if number else ''}\n      {json.dumps(row, ensure_ascii=False)}"
            yield "\n    ]}"
        yield "\n  }\n}\n"

    def _page(self) -> str:
        sections = [
            {
                "key": section.key,
                "title": section.title,
                "source": section.source,
                "fields": section.fields,
                "rows": [[row[name] for name in section.fields] for row in islice(spool, HTML_ROWS)],
                "count": spool.count,
                "more": max(0, spool.count - HTML_ROWS),
            }
            for section, spool in self._filled()
        ]
        about = [
            {"topic": TOPICS[key], "rows": [[row[name] for name in TOPICS[key].fields] for row in told]}
            for key, told in self._about.items()
        ]
        return render_to_string("subjects/bundle.html", {"facts": self.facts, "sections": sections, "about": about})

    def _entry(self, archive: zipfile.ZipFile, name: str) -> TextIO:
        info = zipfile.ZipInfo(name, self.facts.generated_at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return io.TextIOWrapper(archive.open(info, "w"), encoding="utf-8", newline="")


def _schema_of(topic: str) -> dict[str, Any]:
    fields = {name: {"type": "string", "description": text} for name, text in TOPICS[topic].fields.items()}
    row = {"type": "object", "required": list(fields), "additionalProperties": False, "properties": fields}
    return {"type": "array", "title": TOPICS[topic].title, "items": row}
