"""What PostgreSQL can see at one moment, and what has become visible since an earlier one.

A transaction number alone says little: the smaller one may commit later. A snapshot says exactly which transactions
are complete, so that what lies between two of them is every row that was committed in between, and none twice.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Snapshot:
    """All transactions below ``end`` are complete except those in ``running``; none from ``end`` on is."""

    end: int
    running: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Snapshot":
        """Read the text form of ``pg_snapshot``: xmin:xmax:xip,xip."""
        _, end, running = text.split(":")
        return cls(int(end), frozenset(int(number) for number in running.split(",") if number))

    def __str__(self) -> str:
        start = min(self.running, default=self.end)
        return f"{start}:{self.end}:{','.join(map(str, sorted(self.running)))}"

    def completed_since(self, earlier: "Snapshot") -> list[int]:
        """Those that were running at the earlier snapshot and are complete in this one."""
        return sorted(one for one in earlier.running if one < self.end and one not in self.running)

    def cut(self, end: int, earlier: "Snapshot") -> "Snapshot":
        """Less of it: of what has been completed since the earlier snapshot only what lies below ``end``."""
        if end > earlier.end:
            return Snapshot(min(end, self.end), frozenset(one for one in self.running if one < end))
        still = (one for one in earlier.running if one >= end or one in self.running)
        return Snapshot(earlier.end, frozenset(still))
