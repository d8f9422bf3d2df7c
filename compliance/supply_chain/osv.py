"""Files of advisories in the OSV format: one JSON object, a list, lines, or a ZIP of such files (as osv.dev gives out).

Format: ossf.github.io/osv-schema. What concerns PyPI is kept; a file in which anything cannot be read is refused whole.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from packaging.version import InvalidVersion, Version

from modelops.lib.errors import Invalid

from . import cvss, cvss4
from .lock import normalised
from .models import Severity

MOST_BYTES: Final = 512 << 20
_MOST_ENTRIES: Final = 300_000
_MOST_ENTRY_BYTES: Final = 8 << 20
_SCORED: Final = {"CVSS_V3": cvss.base_score, "CVSS_V4": cvss4.base_score}
_WORDS: Final = {"CRITICAL": "critical", "HIGH": "high", "MODERATE": "medium", "MEDIUM": "medium", "LOW": "low"}


@dataclass(frozen=True, slots=True)
class Told:
    """One advisory, as far as it is about packages of PyPI. ``affected`` has names, ranges and versions."""

    osv_id: str
    aliases: list[str]
    summary: str
    severity: str
    modified_at: datetime
    is_withdrawn: bool
    affected: list[dict[str, Any]]

    @property
    def names(self) -> list[str]:
        """The packages that it is about."""
        return sorted({one["name"] for one in self.affected})


def read_advisories(content: bytes) -> Iterator[Told]:
    """Each advisory about PyPI. Raises Invalid that names the entry which cannot be read."""
    for where, entry in _entries(content):
        told = _told(where, entry)
        if told.affected:
            yield told


def fixed_in(affected: list[dict[str, Any]], name: str, version: str) -> str | None:
    """The version in which it is fixed, "" where none is known; None where ``version`` is not affected.

    A range that cannot be read counts as one that it is in: what is not known is not called harmless.
    """
    try:
        at = Version(version)
    except InvalidVersion:
        return None
    for one in affected:
        if one["name"] != name:
            continue
        for events in one["ranges"]:
            try:
                found = _within(events, at)
            except (InvalidVersion, StopIteration):
                return ""
            if found is not None:
                return found
        if version in one["versions"]:
            return ""
    return None


def _within(events: list[dict[str, str]], at: Version) -> str | None:
    """Events in the order of their versions: introduced opens, fixed and last_affected close."""
    is_open, fixed = False, ""
    ordered = sorted(events, key=lambda one: (_at(next(iter(one.values()))), "introduced" not in one))
    for event in ordered:
        kind, text = next(iter(event.items()))
        limit = _at(text)
        if kind == "introduced" and limit <= at:
            is_open, fixed = True, ""
        elif kind == "fixed":
            if limit <= at:
                is_open = False
            elif is_open and not fixed:
                fixed = text
        elif kind == "last_affected" and limit < at:
            is_open = False
    return fixed if is_open else None


def _at(text: str) -> Version:
    return Version("0.dev0") if text == "0" else Version(text)


def _entries(content: bytes) -> Iterator[tuple[str, Any]]:
    if content[:4] == b"PK\x03\x04":
        yield from _zipped(content)
        return
    text = _decoded(content, "The file")
    if text.lstrip().startswith("["):
        listed = _json(text, "The file")
        yield from ((f"entry {number}", one) for number, one in enumerate(listed, 1))
        return
    try:
        yield "the file", json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise _bad("The file is empty or no JSON.") from None
        yield from ((f"line {number}", _json(line, f"Line {number}")) for number, line in enumerate(lines, 1))


def _zipped(content: bytes) -> Iterator[tuple[str, Any]]:
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = [one for one in archive.infolist() if one.filename.endswith(".json")]
            if not listed or len(listed) > _MOST_ENTRIES:
                raise _bad(f"The ZIP holds {len(listed)} JSON files; 1 to {_MOST_ENTRIES} can be read.")
            for one in listed:
                total += one.file_size
                if one.file_size > _MOST_ENTRY_BYTES or total > MOST_BYTES:
                    raise _bad(f"{one.filename[:100]} makes the ZIP larger than can be read.")
                with archive.open(one) as file:
                    text = file.read(_MOST_ENTRY_BYTES + 1)
                yield one.filename[:100], _json(_decoded(text, one.filename[:100]), one.filename[:100])
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as problem:
        raise _bad(f"The ZIP cannot be read: {problem}") from None


def _told(where: str, entry: Any) -> Told:
    try:
        affected = [
            {
                "name": normalised(str(one["package"]["name"])),
                "ranges": [
                    [{str(kind): str(value) for kind, value in event.items()} for event in part["events"]]
                    for part in one.get("ranges", [])
                    if part.get("type") == "ECOSYSTEM"
                ],
                "versions": [str(each) for each in one.get("versions", [])],
            }
            for one in entry.get("affected", [])
            if one.get("package", {}).get("ecosystem") == "PyPI"
        ]
        told = Told(
            osv_id=str(entry["id"]),
            aliases=[str(each) for each in entry.get("aliases", [])],
            summary=" ".join(str(entry.get("summary") or entry.get("details") or "").split())[:300],
            severity=_severity(entry),
            modified_at=_moment(str(entry["modified"])),
            is_withdrawn=bool(entry.get("withdrawn")),
            affected=affected,
        )
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration, RecursionError) as problem:
        why = f"{type(problem).__name__}: {str(problem)[:100]}"
        raise _bad(f"In {where}: no advisory of the OSV format ({why}).") from None
    if not 0 < len(told.osv_id) <= 100 or any(len(one["name"]) > 200 for one in affected):
        raise _bad(f"In {where}: an id has 1 to 100 characters, a name up to 200.")
    return told


def _severity(entry: dict[str, Any]) -> str:
    """What the database that wrote it says, else the highest base score of versions 3 and 4, else unknown.

    Both versions have the same bands. What has no rating counts as high.
    """
    said = str((entry.get("database_specific") or {}).get("severity", "")).upper()
    if said in _WORDS:
        return _WORDS[said]
    scores = []
    for one in entry.get("severity", []):
        if (score_of := _SCORED.get(str(one.get("type")))) is not None:
            with suppress(ValueError):  # what cannot be read rates nothing
                scores.append(score_of(str(one["score"])))
    if not scores:
        return Severity.UNKNOWN
    score = max(scores)
    return "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _decoded(content: bytes, where: str) -> str:
    if len(content) > MOST_BYTES:
        raise _bad(f"{where} is larger than {MOST_BYTES >> 20} MB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(f"{where} is no text in UTF-8.") from None


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _bad(f"{where} is no JSON.") from None


def _bad(says: str) -> Invalid:
    return Invalid(says, code="advisories.unreadable", field="file")
