"""What a drill has shown."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from modelops.lib.errors import DomainError


class DrillFailed(DomainError):
    """What was given does not bring the portal back; the code says at which step."""

    status = 409
    code = "drill.failed"


@dataclass
class DrillResult:
    """``code`` is empty when everything was proven; ``said`` has a line for each thing that was."""

    backup_sha256: str = ""
    dump_sha256: str = ""
    backup_made_at: datetime | None = None
    dump_ends_at: datetime | None = None
    keys_opened: int = 0
    values_opened: int = 0
    samples: list[str] = field(default_factory=list)
    duration_s: float = 0.0
    code: str = ""
    message: str = ""
    said: list[str] = field(default_factory=list)

    def take(self, answer: dict[str, Any]) -> None:
        """Add what the rehearsal has answered."""
        if answer.get("dump_ends_at"):
            self.dump_ends_at = datetime.fromisoformat(answer["dump_ends_at"])
        self.keys_opened = int(answer.get("keys_opened", 0))
        self.values_opened = int(answer.get("values_opened", 0))
        self.samples = [str(sample) for sample in answer.get("samples", [])]
        self.said += [str(line) for line in answer.get("said", [])]
