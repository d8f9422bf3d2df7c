"""One look at every control."""

import logging
from dataclasses import dataclass
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


def look_at_all() -> list[Looked]:
    """Every control by area. One that cannot look counts as not holding: what is not seen is not proven.

    Raises OperationalError or InterfaceError when the database is away, which says nothing about any control.
    """
    seen = []
    for control in controls():
        try:
            with transaction.atomic():
                outcome = control.look()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("The control %s could not look", control.key)
            outcome = Outcome(
                [Finding(BLIND, f"“{control.label}” could not be looked up", "The log has the reason.", "high")]
            )
        seen.append(Looked(control, outcome))
    return seen


def by_area(seen: list[Looked]) -> list[tuple[str, list[Looked]]]:
    """The same in groups, for a page."""
    return [(area, list(group)) for area, group in groupby(seen, key=lambda looked: looked.control.area)]
