"""One look at every control."""

import logging
from dataclasses import dataclass, replace
from itertools import groupby

from django.db import InterfaceError, OperationalError, transaction

from modelops.lib.posture import Control, Finding, Outcome, controls

logger = logging.getLogger(__name__)
BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Looked:
    """A control and what its look has shown."""

    control: Control
    outcome: Outcome

    @property
    def fix(self) -> str:
        """What to do where it does not hold."""
        return self.control.fix


def look_at_all() -> list[Looked]:
    """Every control by area. One that cannot look counts as not holding: what is not seen is not proven.

    Raises OperationalError or InterfaceError when the database is away, which says nothing about any control.
    """
    seen = []
    for control in controls():
        try:
            with transaction.atomic():
                outcome = _with_words(control, control.look())
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("The control %s could not look", control.key)
            outcome = Outcome(
                [Finding(BLIND, f"“{control.label}” could not be looked up", "The log has the reason.", "high")]
            )
        seen.append(Looked(control, outcome))
    return seen


def _with_words(control: Control, outcome: Outcome) -> Outcome:
    """A finding without a word on what to do has what is to be done for all findings of its control."""
    if all(finding.fix.strip() for finding in outcome.findings):
        return outcome
    findings = [finding if finding.fix.strip() else replace(finding, fix=control.fix) for finding in outcome.findings]
    return replace(outcome, findings=findings)


def by_area(seen: list[Looked]) -> list[tuple[str, list[Looked]]]:
    """The same in groups, for a page."""
    return [(area, list(group)) for area, group in groupby(seen, key=lambda looked: looked.control.area)]
