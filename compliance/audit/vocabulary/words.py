"""What every form of a row needs to know of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..events import event_classes
from .classes import NOWHERE, Place

Leaf = Mapping[str, Any]
PRODUCT = "ModelOps portal"


def place_of_leaf(leaf: Leaf) -> Place:
    """Class and activity of the row's event; that of no class when no installed app declares it any more."""
    declared = event_classes().get(leaf["action"])
    return declared.place if declared else NOWHERE


def sentence_of(leaf: Leaf) -> str:
    """What happened, in words; the action itself when no installed app declares it any more."""
    declared = event_classes().get(leaf["action"])
    return declared.describe(leaf["details"]) if declared else str(leaf["action"])


def moment_of(leaf: Leaf) -> datetime:
    """When it was recorded."""
    return datetime.fromisoformat(leaf["at"])


def name_of_target(leaf: Leaf) -> str:
    """What the object was called, or its id."""
    target = leaf["target"]
    return str(target["label"] or target["id"] or target["type"] or "the portal")
