"""What tests of exports write, export and ask."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from compliance.audit import Actor, define, record
from compliance.audit.exporting.export import begin_export
from compliance.audit.exporting.selection import read_selection
from compliance.audit.models import AuditEvent

WRITTEN = define("tests.export.written", "wrote {what}", "what", category="system", ocsf="entity.create")
READ = define("tests.export.read", "read {what}", "what", category="data", ocsf="entity.read")
OFFICER = Actor("user", "42")


def write(count: int, *, actor: Actor = OFFICER, outcome: str = "success") -> None:
    """Record ``count`` rows; those whose place divides by three are about data."""
    first = AuditEvent.objects.count()
    for number in range(first, first + count):
        event = READ if number % 3 == 0 else WRITTEN
        record(event, ("registry.model", str(number % 5)), actor=actor, outcome=outcome, what=f"line {number} é\n=1+1")


def export_to(path: Path, form: str = "jsonl", **asked: str) -> Path:
    """An export as a file."""
    given = {name.rstrip("_"): value for name, value in asked.items()}
    with path.open("wb") as file:
        for piece in begin_export(read_selection(given), form, actor=OFFICER).pieces:
            file.write(piece)
    return path


@dataclass(frozen=True)
class Judged:
    """What the program said, and its exit code."""

    code: int
    text: str


Verify = Callable[..., Judged]
