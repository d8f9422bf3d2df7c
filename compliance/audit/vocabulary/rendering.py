"""One row of the ledger as it is told to other systems: as it stands, as OCSF, or as ECS."""

from collections.abc import Callable
from typing import Any, Final

from ..canonical import canonical_json
from . import ecs, ocsf
from .words import Leaf

Form = Callable[[Leaf, int], dict[str, Any]]


def as_recorded(leaf: Leaf, index: int) -> dict[str, Any]:
    """The row as it is hashed, with its place in the ledger."""
    return {"event": leaf, "index": index}


FORMS: Final[dict[str, Form]] = {"raw": as_recorded, "ocsf": ocsf.event, "ecs": ecs.event}
LABELS: Final = {"raw": "As recorded", "ocsf": "OCSF 1.8", "ecs": "ECS 8.17"}


def one_line(form: str, leaf: Leaf, index: int) -> str:
    """The row in that form as one line of JSON, without the line's end."""
    return canonical_json(FORMS[form](leaf, index))
