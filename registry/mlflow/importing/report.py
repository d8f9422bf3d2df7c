"""What an import has taken, met, left out and found unsafe."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Say = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """Counted by kind: experiments, runs, logged models, models, versions, aliases, files."""

    source: str
    say: Say
    taken: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    requested: list[tuple[str, str]] = field(default_factory=list)

    def take(self, kind: str, what: str = "") -> None:
        """Something was imported."""
        self.taken[kind] += 1
        if what:
            self.say(f"{kind}: {what}")

    def skip(self, what: str, why: str) -> None:
        """Something was left out."""
        self.skipped.append((what, why))
        self.say(f"left out: {what}: {why}")

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "source": self.source,
            "imported": dict(sorted(self.taken.items())),
            "imported_before": dict(sorted(self.known.items())),
            "left_out": [{"what": what, "why": why} for what, why in self.skipped],
            "quarantined": [{"what": what, "why": why} for what, why in self.quarantined],
            "promotions_requested": [{"what": what, "why": why} for what, why in self.requested],
        }

    def as_text(self) -> str:
        """For people."""
        lines = [f"From {self.source}:"]
        lines += [f"  {count:>8}  {kind} imported" for kind, count in sorted(self.taken.items())]
        lines += [f"  {count:>8}  {kind} imported before" for kind, count in sorted(self.known.items())]
        for heading, rows in (
            ("Quarantined by the scanner", self.quarantined),
            ("Protected aliases: a promotion was requested, others have to approve it", self.requested),
            ("Left out", self.skipped),
        ):
            if rows:
                lines += [f"{heading}:", *(f"  {what}: {why}" for what, why in rows)]
        return "\n".join(lines)
