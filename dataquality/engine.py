"""One quality run over a table: every cell is read once, and every check judges what the columns hold."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from modelops.lib.errors import Invalid

from .checks import Finding, TableFacts, checks
from .dimensions import Dimension, Severity
from .masking import Masker
from .profiling.sketches import Shift, Sketch, shift_between, sketch_of
from .profiling.walk import Progress, Table, Walk, Walked
from .score import Score, compute
from .suites import Outcome, Suite, suggest

MOST_SKETCHES = 1000
CHANCE = 0.001  # how seldom a run may tell of a shift that is none


@dataclass(frozen=True)
class RuleOutcome:
    """How the table stands to one rule of the suite; ``passed`` also within what the rule tolerates."""

    name: str
    rule: str
    level: str
    passed: bool
    snoozed: bool
    count: int
    of: int


@dataclass(frozen=True)
class Report:
    """What a run found; ``score.deductions`` stand in the order of ``findings``."""

    rows: int
    columns: int
    findings: tuple[Finding, ...]
    score: Score
    outcomes: tuple[RuleOutcome, ...] = ()
    suggestion: Suite = field(default_factory=Suite)
    sketches: Mapping[str, Sketch] = field(default_factory=dict)


def examine(
    table: Table,
    *,
    types: Mapping[str, str] | None = None,
    previous_types: Mapping[str, str] | None = None,
    progress: Progress = lambda *_: None,
    threads: int | None = None,
    masker: Masker | None = None,
    suite: Suite | None = None,
    now: dt.datetime | None = None,
    history: Sequence[int] = (),
    accepted: Collection[tuple[str, str]] = (),
    reference: Mapping[str, Sketch] | None = None,
) -> Report:
    """Run every registered check over ``table``; raises Invalid when there is nothing to examine.

    ``types`` and ``previous_types`` are the schemas to compare, of this version and of the one before. ``progress`` is
    told (rows done, rows, what is being done) as the walk goes on, and may raise to stop it. ``threads`` are as many as
    there are cores without a number; the report is the same on any. The rules of ``suite`` are judged as of ``now`` and
    against the row counts in ``history``; what they look at adds to what is examined. A finding of a check whose rule
    and column ("" for the table) are ``accepted`` is told and takes nothing. ``reference`` are the sketches of the
    version that distributions are compared with. The findings stand by dimension, then in the order of the columns.
    """
    names = list(table.schema.names)
    if not table.rows or not names:
        raise Invalid(
            f"The data has {table.rows} rows and {len(names)} columns; at least one of each is needed.",
            code="dataset.empty",
        )
    if len(set(names)) != len(names):
        raise Invalid(
            "Two columns have the same name. Give each a name of its own.", code="dataset.duplicate_column_name"
        )
    suite = suite or Suite()
    suite.fit(table.schema)
    keys = [(), *(key for entry in suite.entries for key in entry.rule.repeated())]
    watches = [watch for entry in suite.entries for watch in entry.rule.watches()]
    instances = [check() for _, check in checks.items()]
    walked = Walk(table, keys=keys, watches=watches, progress=progress, threads=threads).run()
    outcomes = suite.outcomes(table, walked, now=now or dt.datetime.now(dt.UTC), history=history, first_key=1)
    findings: list[Finding] = []
    for profile in walked.profiles:
        for check in instances:
            findings += check.examine(profile)
    found_types = {profile.name: profile.type for profile in walked.profiles}
    shifts = _shifts(reference or {}, walked)
    facts = TableFacts(table.rows, types or found_types, previous_types, walked.repeats[0], shifts)
    for check in instances:
        findings += check.conclude(facts)
    findings = [_accepted(each) if (each.rule, each.column or "") in accepted else each for each in findings]
    findings += [found for found in map(_finding, outcomes) if found is not None]
    masker = masker or Masker(secrets.token_bytes(32))
    findings = [
        replace(each, values=(), examples=tuple(masker.mask(value, each.column) for value in each.values))
        for each in findings
    ]
    order = list(Dimension)
    findings.sort(key=lambda finding: order.index(finding.dimension))
    examined: dict[Dimension, int] = {}
    for check in instances:
        examined[check.dimension] = examined.get(check.dimension, 0) + check.examined
    for outcome in outcomes:
        dimension = outcome.entry.rule.dimension
        examined[dimension] = examined.get(dimension, 0) + outcome.of
    told = tuple(
        RuleOutcome(each.entry.name, each.entry.kind, each.entry.level, each.passed, each.snoozed, each.count, each.of)
        for each in outcomes
    )
    score = compute(findings, examined)
    return Report(table.rows, len(names), tuple(findings), score, told, suggest(walked), _sketches(walked))


def _sketches(walked: Walked) -> dict[str, Sketch]:
    """The sketches of the first columns; of very wide tables not of all."""
    found = ((profile.name, sketch_of(profile)) for profile in walked.profiles[:MOST_SKETCHES])
    return {name: sketch for name, sketch in found if sketch is not None}


def _shifts(reference: Mapping[str, Sketch], walked: Walked) -> dict[str, Shift]:
    """How far each column has moved; what may be chance is shared out among the columns."""
    compared = [profile for profile in walked.profiles if profile.name in reference]
    found = (
        (profile.name, shift_between(reference[profile.name], profile, CHANCE / len(compared))) for profile in compared
    )
    return {name: shift for name, shift in found if shift is not None}


def _accepted(finding: Finding) -> Finding:
    """What somebody has accepted for a while: worth knowing, and takes nothing."""
    return replace(finding, severity=Severity.INFO, failed=Fraction(0), message=f"{finding.message} Accepted.")


def _finding(outcome: Outcome) -> Finding | None:
    """What a broken rule takes from the score: nothing while it sleeps."""
    if outcome.passed:
        return None
    rule = outcome.entry.rule
    is_grave = outcome.entry.level == "fail"
    severity = Severity.INFO if outcome.snoozed else Severity.CRITICAL if is_grave else Severity.WARNING
    rows, values = tuple(row for row, _ in outcome.seen), tuple(value for _, value in outcome.seen)
    return Finding(
        dimension=rule.dimension,
        rule=f"rule_{outcome.entry.kind}",
        column=rule.columns[0] if len(rule.columns) == 1 else None,
        severity=severity,
        count=outcome.count,
        of=outcome.of,
        failed=Fraction(0 if outcome.snoozed else outcome.count),
        message=f"{outcome.entry.name}: {outcome.message}{' Snoozed.' if outcome.snoozed else ''}",
        first_rows=rows,
        filter=outcome.filter,
        values=values if any(value is not None for value in values) else (),
    )
