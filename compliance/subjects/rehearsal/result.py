"""What a drill has shown."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Rehearsed:
    """``code`` is empty when nobody who was erased is found; ``said`` has a line for each thing that was shown."""

    dump_sha256: str = ""
    dump_ends_at: dt.datetime | None = None
    erasures: int = 0
    rows: int = 0
    found: list[str] = field(default_factory=list)
    duration_s: float = 0.0
    code: str = ""
    message: str = ""
    said: list[str] = field(default_factory=list)

    def take(self, answer: dict[str, Any]) -> None:
        """Add what the process with the restored database has answered."""
        if answer.get("dump_ends_at"):
            self.dump_ends_at = dt.datetime.fromisoformat(answer["dump_ends_at"])
        self.erasures, self.rows = int(answer.get("erasures", 0)), int(answer.get("rows", 0))
        self.found = [str(each) for each in answer.get("found", [])]
        self.said += [str(each) for each in answer.get("said", [])]
