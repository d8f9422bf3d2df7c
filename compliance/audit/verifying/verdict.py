"""What a verification has found."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Kind = Literal[
    "row.altered", "row.missing", "row.unsealed", "leaf.missing", "tile.altered", "checkpoint.signature",
    "checkpoint.root", "checkpoint.order", "checkpoint.broken_off", "anchor.absent", "anchor.fork", "anchor.ahead",
    "clock.back", "row.purged", "purge.unfounded",
]  # fmt: skip

# A clock that went back says nothing about the rows, and a break or a purge was decided by somebody and stands in the
# ledger; everything else means that something is not as it was sealed.
WARNINGS: Final = frozenset({"clock.back", "anchor.absent", "checkpoint.broken_off", "row.purged"})
# Of each kind: more would only repeat what the first say; the first is what has to be named.
NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold. ``seq`` is the first row concerned, None where it is about none.

    Where it is one of several rows, nobody can say which, ``until`` is the row after the last of them.
    """

    kind: Kind
    says: str
    seq: int | None = None
    event_id: str = ""
    until: int | None = None

    @property
    def is_warning(self) -> bool:
        return self.kind in WARNINGS


@dataclass(slots=True)
class Verdict:
    """All of it: ``size`` leaves looked at, ``rows`` of them hashed anew, ``root`` of the tree over all leaves.

    ``purged`` are leaves whose rows were removed when their time was over.
    """

    started_at: datetime
    is_full: bool
    size: int = 0
    rows: int = 0
    purged: int = 0
    root: bytes = b""
    checkpoints: int = 0
    anchored_size: int = 0
    anchors: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    duration_s: float = 0.0

    @property
    def holds(self) -> bool:
        """Nothing but warnings."""
        return all(finding.is_warning for finding in self.findings)

    @property
    def first_bad(self) -> Finding | None:
        """The finding with the lowest row; one about no row comes last.

        A range of rows does not count where another finding names a row in it: that is the one.
        """
        named = [finding.seq for finding in self.findings if finding.seq is not None and finding.until is None]
        bad = [
            finding
            for finding in self.findings
            if not finding.is_warning
            and not (finding.until and any((finding.seq or 0) <= seq < finding.until for seq in named))
        ]
        return min(bad, key=lambda finding: (finding.seq is None, finding.seq or 0), default=None)


def most_telling(findings: Sequence[Finding]) -> list[Finding]:
    """The first ``NAMED`` of each kind by row, in the order in which they were found."""
    by_row = sorted(findings, key=lambda finding: (finding.seq is None, finding.seq or 0))
    told: Counter[str] = Counter()
    kept: set[int] = set()
    for finding in by_row:
        if told[finding.kind] < NAMED:
            told[finding.kind] += 1
            kept.add(id(finding))
    return [finding for finding in findings if id(finding) in kept]
