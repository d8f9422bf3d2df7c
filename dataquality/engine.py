"""One quality run over a table: every cell is read once, and every check judges what the columns hold."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from modelops.lib.errors import Invalid

from .checks import Finding, TableFacts, checks
from .dimensions import Dimension
from .masking import Masker
from .profiling.walk import Progress, Table, Walk
from .score import Score, compute


@dataclass(frozen=True)
class Report:
    """What a run found; ``score.deductions`` stand in the order of ``findings``."""

    rows: int
    columns: int
    findings: tuple[Finding, ...]
    score: Score


def examine(
    table: Table,
    *,
    types: Mapping[str, str] | None = None,
    previous_types: Mapping[str, str] | None = None,
    progress: Progress = lambda *_: None,
    threads: int | None = None,
    masker: Masker | None = None,
) -> Report:
    """Run every registered check over ``table``; raises Invalid when there is nothing to examine.

    ``types`` and ``previous_types`` are the schemas to compare, of this version and of the one before. ``progress`` is
    told (rows done, rows, what is being done) as the walk goes on, and may raise to stop it. ``threads`` are as many as
    there are cores without a number; the report is the same on any. The findings stand by dimension, then in the order
    of the columns.
    """
    names = list(table.schema.names)
    if not table.rows or not names:
        raise Invalid(
            f"The data has {table.rows} rows and {len(names)} columns; at least one of each is needed.",
            code="dataset.empty",
        )
    instances = [check() for _, check in checks.items()]
    walked = Walk(table, progress=progress, threads=threads).run()
    findings: list[Finding] = []
    for profile in walked.profiles:
        for check in instances:
            findings += check.examine(profile)
    found_types = {profile.name: profile.type for profile in walked.profiles}
    facts = TableFacts(table.rows, types or found_types, previous_types, walked.repeats[0])
    for check in instances:
        findings += check.conclude(facts)
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
    return Report(rows=table.rows, columns=len(names), findings=tuple(findings), score=compute(findings, examined))
