"""Where a version lies, for its page: ``{% load locations %}``."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template

from registry.models import ArtifactCopy, CopyState
from registry.replication.policy import Replication, replication_of
from registry.replication.verifying import copies_of, files_of

from ..models import StorageLocation

register = template.Library()
_WORST_FIRST = (CopyState.DAMAGED, CopyState.MISSING, CopyState.FAILED, CopyState.PENDING, CopyState.STORED)
MENDED = (CopyState.DAMAGED, CopyState.MISSING, CopyState.FAILED)


@dataclass(frozen=True)
class Shown:
    """One location as a row of the card. Of a version of several files the worst one speaks."""

    location: StorageLocation
    state: str
    files: int
    checked_at: datetime | None
    outcome: str
    note: str

    @property
    def can_be_repaired(self) -> bool:
        return self.state in MENDED

    @property
    def outcome_words(self) -> str:
        return {"pass": "Passed", "fail": "Failed"}.get(self.outcome, "Not verified yet")


@register.simple_tag
def places_of(version: Any) -> dict[str, Any]:
    """Rows for the card, and the replication of the least replicated file."""
    artifacts = files_of(version)
    by_location: dict[StorageLocation, list[ArtifactCopy]] = {}
    for copy in copies_of(artifacts):
        by_location.setdefault(copy.location, []).append(copy)
    # The manifest and its files are copied together; the version's own file stands for them all.
    replication: Replication = replication_of(version.artifact)
    return {"rows": [_shown(place, copies) for place, copies in by_location.items()], "replication": replication}


def _shown(location: StorageLocation, copies: list[ArtifactCopy]) -> Shown:
    worst = min(copies, key=lambda copy: _WORST_FIRST.index(CopyState(copy.state)))
    checked = [copy.checked_at for copy in copies]
    checked_at = None if None in checked else min(moment for moment in checked if moment)
    outcome = "fail" if worst.state in (CopyState.DAMAGED, CopyState.MISSING) else "pass" if checked_at else ""
    note = worst.check_result if outcome == "fail" else worst.last_error
    return Shown(
        location, worst.state, len(copies), worst.checked_at if outcome == "fail" else checked_at, outcome, note
    )
