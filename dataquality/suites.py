"""A suite of rules: read and checked, run over a table, told as a document. The same for files and for DataFrames."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from modelops.lib.errors import Invalid
from modelops.lib.plugins import UnknownPlugin

from .checks.rules import Rule, RuleFacts, rules
from .profiling.cells import Cells
from .profiling.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .profiling.facts import ColumnProfile
    from .profiling.walk import Table, Walked

MOST_RULES = 1000
MOST_CATEGORIES = 20
LEAST_CATEGORY = 0.01  # of the rows: a value that few rows have may be somebody's own
LEVELS = ("warn", "fail")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_FIELDS = {"name", "rule", "columns", "params", "level", "tolerate"}


@dataclass(frozen=True)
class Entry:
    """One rule of a suite. ``tolerate`` is the share of broken rows up to which it still passes."""

    name: str
    kind: str
    rule: Rule
    level: str = "fail"
    tolerate: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """As documents have it."""
        told: dict[str, Any] = {"name": self.name, "rule": self.kind}
        if self.rule.columns:
            told["columns"] = list(self.rule.columns)
        if self.rule.given:
            told["params"] = {
                key: list(value) if isinstance(value, tuple) else value for key, value in self.rule.given.items()
            }
        return {**told, "level": self.level, "tolerate": self.tolerate}


@dataclass(frozen=True)
class Outcome:
    """How the table stands to one rule."""

    entry: Entry
    passed: bool
    snoozed: bool
    count: int
    of: int
    message: str
    filter: str
    seen: tuple[tuple[int, object], ...]

    @property
    def share(self) -> float:
        """``count`` as a share of ``of``."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class Suite:
    """Rules in their order; `read_suite` makes one of a document."""

    entries: tuple[Entry, ...] = ()
    snoozed: frozenset[str] = field(default_factory=frozenset)

    def document(self) -> dict[str, Any]:
        """What `read_suite` takes."""
        return {"rules": [entry.as_dict() for entry in self.entries]}

    def fit(self, schema: pa.Schema) -> None:
        """Refuse a table that lacks a column of a rule, or holds another kind in it. Raises Invalid."""
        for entry in self.entries:
            for name in entry.rule.reads():
                if name not in schema.names:
                    raise Invalid(
                        f"The rule {entry.name!r} reads the column {name!r}, which the table does not have.",
                        code="rule.column_missing",
                        field="suite",
                    )
                kind = kind_of(schema.field(name).type)
                if entry.rule.kinds and kind not in entry.rule.kinds and kind != "empty":
                    wanted = " or ".join(sorted(entry.rule.kinds))
                    raise Invalid(
                        f"The rule {entry.name!r} is for {wanted} columns; {name!r} holds {kind}.",
                        code="rule.kind",
                        field="suite",
                    )

    def outcomes(
        self, table: Table, walked: Walked, *, now: dt.datetime, history: Sequence[int], first_key: int
    ) -> list[Outcome]:
        """What the walk means for each rule; its keys stand in the walk from ``first_key`` on."""
        profiles = {profile.name: profile for profile in walked.profiles}

        def read(name: str) -> Iterator[tuple[int, Any]]:
            start = 0
            for batch in table.batches([name]):
                yield start, Cells(batch.column(0)).numbers
                start += batch.num_rows

        found, watch, key = [], 0, first_key
        for entry in self.entries:
            watches, keys = len(entry.rule.watches()), len(entry.rule.repeated())
            facts = RuleFacts(
                walked.rows,
                profiles,
                walked.watched[watch : watch + watches],
                walked.repeats[key : key + keys],
                read,
                now,
                history,
            )
            watch, key = watch + watches, key + keys
            verdict = entry.rule.judge(facts)
            passed = verdict.count <= entry.tolerate * verdict.of
            is_snoozed = entry.name in self.snoozed
            seen = tuple(verdict.seen)
            found.append(
                Outcome(entry, passed, is_snoozed, verdict.count, verdict.of, verdict.message, verdict.filter, seen)
            )
        return found

    def asleep(self, names: Collection[str]) -> Suite:
        """The same suite with these rules snoozed."""
        return Suite(self.entries, frozenset(names))


def read_suite(document: object) -> Suite:
    """The suite in {"rules": [{"name", "rule", "columns", "params", "level", "tolerate"}]}. Raises Invalid."""
    if not isinstance(document, Mapping) or set(document) != {"rules"} or not isinstance(document["rules"], list):
        raise Invalid('A suite is an object with one list: {"rules": […]}.', code="suite.invalid", field="rules")
    lines = document["rules"]
    if not 0 < len(lines) <= MOST_RULES:
        raise Invalid(
            f"The suite has {len(lines)} rules; from 1 to {MOST_RULES:,} are taken.",
            code="suite.invalid",
            field="rules",
        )
    entries = tuple(_entry(line, place) for place, line in enumerate(lines, start=1))
    names = [entry.name for entry in entries]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Invalid(
            f"Two rules are named {twice!r}. Give each a name of its own.", code="suite.invalid", field="rules"
        )
    return Suite(entries)


def _entry(line: object, place: int) -> Entry:
    def refuse(what: str) -> Invalid:
        return Invalid(f"Rule {place}: {what}", code="suite.invalid", field=f"rules.{place}")

    if not isinstance(line, Mapping) or not set(line) <= _FIELDS:
        raise refuse(f"a rule is an object with {', '.join(sorted(_FIELDS))}.")
    kind, columns, params = line.get("rule"), line.get("columns", []), line.get("params", {})
    name = line.get("name", f"{kind}-{place}")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise refuse("a name has 1 to 80 letters, digits, dots, dashes and underscores.")
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise refuse("columns is a list of names.")
    level, tolerate = line.get("level", "fail"), line.get("tolerate", 0.0)
    if level not in LEVELS:
        raise refuse("level is warn or fail.")
    if isinstance(tolerate, bool) or not isinstance(tolerate, int | float) or not 0 <= tolerate < 1:
        raise refuse("tolerate is a share from 0 up to but without 1.")
    if not isinstance(params, Mapping):
        raise refuse("params is an object.")
    try:
        made = rules.get(str(kind))(columns, params)
    except UnknownPlugin as error:
        raise refuse(str(error)) from None
    except Invalid as error:
        raise Invalid(f"Rule {place} ({name}): {error}", code=error.code, field=f"rules.{place}") from None
    return Entry(name, str(kind), made, level, float(tolerate))


def suggest(walked: Walked) -> Suite:
    """Rules that the walked table keeps: a start for a suite, to be read by whoever owns the data.

    Values of the data are only suggested where they are categories: few, and each of many rows.
    """
    lines: list[dict[str, Any]] = []
    for profile in walked.profiles:
        slug = f"{len(lines)}"
        if not profile.missing:
            lines.append({"name": f"present-{slug}", "rule": "present", "columns": [profile.name]})
        if profile.number is not None and profile.number.finite:
            bounds = {"min": profile.number.minimum, "max": profile.number.maximum}
            lines.append(
                {"name": f"range-{slug}", "rule": "range", "columns": [profile.name], "params": bounds, "level": "warn"}
            )
        values = _categories(profile)
        if values:
            lines.append(
                {"name": f"set-{slug}", "rule": "set", "columns": [profile.name], "params": {"values": values}}
            )
    told = [f"{profile.name}: {profile.type}" for profile in walked.profiles]
    lines.append({"name": "columns", "rule": "columns", "params": {"values": told}})
    return read_suite({"rules": lines[:MOST_RULES]})


def _categories(profile: ColumnProfile) -> list[str]:
    text = profile.text
    if profile.kind != "text" or text is None or text.distinct is None or not 1 < len(text.distinct) <= MOST_CATEGORIES:
        return []
    if min(text.counts) < LEAST_CATEGORY * profile.present:
        return []
    return [value for value in text.distinct.to_pylist() if value.strip()]


def references(suite: Suite) -> Iterable[tuple[Entry, str, str]]:
    """Rules that need the values of another dataset, with its name and column."""
    for entry in suite.entries:
        if entry.kind == "reference":
            yield entry, str(entry.rule.given["dataset"]), str(entry.rule.given["column"])
