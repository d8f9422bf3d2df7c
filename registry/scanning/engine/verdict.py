"""The answer of the scanner, and how the parts of it collect their reasons."""

from dataclasses import dataclass, field

CLEAN, QUARANTINE = "clean", "quarantine"
_MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """``reasons`` are sentences with a place in the file; a clean file has none."""

    verdict: str
    format: str
    reasons: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return self.verdict == CLEAN


class Held(Exception):
    """What cannot be followed any further; the file is held."""

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.at = reason, at


class Ends(Held):
    """The same where every loader stops too: what begins here is none of the format, or it is cut off."""


@dataclass
class Report:
    """Collects why a file is held. Going on after the first reason tells people more; it never takes one back."""

    path: str = ""
    reasons: list[str] = field(default_factory=list)
    more: list[int] = field(default_factory=lambda: [0])

    def add(self, reason: str, at: int | None = None) -> None:
        """One more reason; after twenty they are only counted."""
        if len(self.reasons) >= _MOST_REASONS:
            self.more[0] += 1
            return
        place = "" if at is None else f"byte {at:,}"
        place = ", ".join(part for part in (self.path, place) if part)
        said = f"{place}: {reason}" if place else reason
        said = printable(said, 500)
        if said not in self.reasons:
            self.reasons.append(said)

    def inside(self, name: str) -> "Report":
        """The same report for a part of the file."""
        path = f"{self.path} > {printable(name)}" if self.path else printable(name)
        return Report(path[-300:], self.reasons, self.more)

    def verdict(self, file_format: str) -> Verdict:
        """What was found in all."""
        reasons = list(self.reasons)
        if self.more[0]:
            reasons.append(f"{self.more[0]:,} more reasons are not listed.")
        return Verdict(QUARANTINE if reasons else CLEAN, file_format, tuple(reasons))


def printable(text: str, longest: int = 120) -> str:
    """Text of a file as it may stand in a sentence: no control or direction characters, bounded."""
    text = text if len(text) <= longest else text[:longest] + "…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
